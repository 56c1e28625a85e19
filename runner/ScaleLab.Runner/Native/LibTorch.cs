using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Native;

/// <summary>Loads libtorch and TorchSharp's shim by absolute path, before any TorchSharp type is touched.</summary>
/// <remarks>
/// TorchSharp itself asks the dynamic loader by bare name, which then answers with what is loaded here. So one loader serves an installed
/// libtorch, the <c>torch/lib</c> folder of a PyTorch, the NuGet package and a published folder alike.
/// </remarks>
internal static partial class LibTorch
{
    /// <summary>The libtorch that TorchSharp 0.107 was built against. C++ promises nothing between versions.</summary>
    public const string Expected = "2.10";

    private const string Shim = "libLibTorchSharp.so";

    // libLibTorchSharp.so 0.107 demands GLIBCXX_3.4.32 (GCC 13) for std::ios_base_library_init, which it names but never calls.
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    private static bool _loaded;
    private static readonly List<nint> Libraries = [];

    /// <summary>The folder that libtorch came from.</summary>
    public static string Folder { get; private set; } = "";

    /// <summary>Whether the shim needed a copy that forgives this machine's libstdc++.</summary>
    public static bool Relaxed { get; private set; }

    /// <summary>Whether this libtorch was built with CUDA.</summary>
    public static bool HasCuda => File.Exists(Path.Combine(Folder, "libtorch_cuda.so"));

    /// <summary>Version of the loaded libtorch, from its stable C ABI: <c>2.10.0</c>.</summary>
    public static string Version
    {
        get
        {
            var abi = AbiVersion();
            return $"{(abi >> 56) & 0xff}.{(abi >> 48) & 0xff}.{(abi >> 40) & 0xff}";
        }
    }

    private static string ShimFile => Path.Combine(AppContext.BaseDirectory, "native", Shim);

    /// <summary>Symbols that the shim wants and this libtorch, with all that it depends on, does not have.</summary>
    public static IReadOnlyList<WantedSymbol> MissingSymbols() => Missing(name => TryFind(name, out _));

    /// <param name="has">Whether a symbol is there.</param>
    internal static IReadOnlyList<WantedSymbol> Missing(Func<string, bool> has) => [.. ElfSymbols.Wanted(File.ReadAllBytes(ShimFile)).Where(s => !has(s.Name))];

    /// <summary>Looks for a symbol in libtorch and in all that it depends on: CUDA's libraries too, where it was built with them.</summary>
    public static bool TryFind(string symbol, out nint address)
    {
        foreach (var library in Libraries)
        {
            if (NativeLibrary.TryGetExport(library, symbol, out address))
            {
                return true;
            }
        }

        address = 0;
        return false;
    }

    /// <exception cref="InputException">There is no libtorch, or it cannot be loaded.</exception>
    public static void Load()
    {
        if (_loaded)
        {
            return;
        }

        Folder = FindFolder();
        foreach (var name in (ReadOnlySpan<string>)["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"])
        {
            var path = Path.Combine(Folder, name);
            if (File.Exists(path))
            {
                Libraries.Add(LoadOrExplain(path));
            }
        }

        ScalarLifetime.Extend(LoadShim(ShimFile));
        _loaded = true;
    }

    private static string FindFolder()
    {
        if (Environment.GetEnvironmentVariable("SCALELAB_LIBTORCH") is { Length: > 0 } named)
        {
            return File.Exists(Path.Combine(named, "libtorch_cpu.so"))
                ? Path.GetFullPath(named)
                : throw new InputException($"SCALELAB_LIBTORCH names '{named}', which holds no libtorch_cpu.so");
        }

        var built = typeof(LibTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "LibTorch")?.Value;
        string?[] candidates =
        [
            Path.Combine(AppContext.BaseDirectory, "libtorch"),
            built,
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
        ];
        return candidates.FirstOrDefault(f => f is not null && File.Exists(Path.Combine(f, "libtorch_cpu.so")))
            ?? throw new InputException("no libtorch here: restore and build again, or set SCALELAB_LIBTORCH to a libtorch or PyTorch torch/lib folder");
    }

    private static nint LoadShim(string shim)
    {
        if (NativeLibrary.TryLoad(shim, out var library))
        {
            return library;
        }

        // The dynamic loader forgives a missing version that is marked weak, so a copy with that one flag set loads on GCC 12's libstdc++.
        var image = File.ReadAllBytes(shim);
        if (!ElfVersions.TryWeaken(image, System.Text.Encoding.ASCII.GetBytes(UnusedVersion)))
        {
            return LoadOrExplain(shim);
        }

        var folder = Path.Combine(CorpusStore.Default.Root, "native", Convert.ToHexStringLower(SHA256.HashData(image))[..16]);
        var copy = Path.Combine(folder, Shim);
        if (!File.Exists(copy))
        {
            Directory.CreateDirectory(folder);
            var aside = $"{copy}.{Guid.NewGuid():N}";
            File.WriteAllBytes(aside, image);
            File.Move(aside, copy, overwrite: true);
        }

        Relaxed = true;
        return NativeLibrary.TryLoad(copy, out library) ? library
            : MissingSymbols().Where(s => s.AtLoad).ToList() is { Count: > 0 } missing
            ? throw new InputException($"this libtorch lacks {missing.Count} symbols without which TorchSharp does not load, {missing[0].Name} among them; it was made for libtorch {Expected}")
            : LoadOrExplain(copy);
    }

    private static nint LoadOrExplain(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new InputException($"cannot load {path}: {e.Message.ReplaceLineEndings(" ").Trim()}");
        }
    }

    [LibraryImport("libtorch_cpu.so", EntryPoint = "aoti_torch_abi_version")]
    private static partial ulong AbiVersion();
}
