using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <summary>What this process can see of the machine, without libtorch.</summary>
internal static class MachineChecks
{
    // A small model with its libtorch takes some 300 MB.
    private const long LeastMemoryPerWorker = 512L << 20;
    private const long LeastDisk = 2L << 30;

    public static IEnumerable<Check> All(string data) =>
    [
        Platform(OperatingSystem.IsLinux(), RuntimeInformation.OSArchitecture),
        new Check(".net", CheckOutcome.Ok, RuntimeInformation.FrameworkDescription),
        new Check("cpu", Avx2.IsSupported ? CheckOutcome.Ok : CheckOutcome.Warn, Cpu(), Avx2.IsSupported ? null : "training without AVX2 is several times slower"),
        Memory(Read("/proc/meminfo"), Read("/sys/fs/cgroup/memory.max"), Read("/sys/fs/cgroup/memory.current"), Environment.ProcessorCount),
        Folder("data", data, "set SCALELAB_DATA to a folder that can be written"),
        Folder("here", Environment.CurrentDirectory, "go to a folder that can be written, or give --out"),
    ];

    internal static Check Platform(bool linux, Architecture architecture) => linux && architecture == Architecture.X64
        ? new Check("platform", CheckOutcome.Ok, $"{RuntimeInformation.OSDescription}, x64")
        : new Check("platform", CheckOutcome.Fail, $"{RuntimeInformation.OSDescription}, {architecture}", "ScaleLab runs on x64 Linux (see docs/platforms.md)");

    /// <param name="meminfo">Text of <c>/proc/meminfo</c>.</param>
    /// <param name="limit">Text of the control group's <c>memory.max</c>: <c>max</c> or bytes.</param>
    /// <param name="used">Text of its <c>memory.current</c>.</param>
    /// <param name="workers">Runs at a time.</param>
    internal static Check Memory(string meminfo, string limit, string used, int workers)
    {
        var (total, free) = (Kilobytes(meminfo, "MemTotal"), Kilobytes(meminfo, "MemAvailable"));
        if (long.TryParse(limit, CultureInfo.InvariantCulture, out var most) && most < total)
        {
            // Pages of files count as used there, though they give way: the least that is free.
            total = most;
            free = Math.Min(free, Math.Max(0, most - (long.TryParse(used, CultureInfo.InvariantCulture, out var now) ? now : 0)));
        }

        var enough = free >= workers * LeastMemoryPerWorker;
        return new Check(
            "memory",
            enough ? CheckOutcome.Ok : CheckOutcome.Warn,
            $"{Gibibytes(free)} of {Gibibytes(total)} GiB free",
            enough ? null : FormattableString.Invariant($"run fewer at a time with --lanes; {workers} workers of small models take {Gibibytes(workers * LeastMemoryPerWorker)} GiB"));
    }

    internal static Check Folder(string name, string path, string remedy)
    {
        try
        {
            Directory.CreateDirectory(path);
            using (File.Create(Path.Combine(path, $".doctor.{Guid.NewGuid():N}"), bufferSize: 1, FileOptions.DeleteOnClose))
            {
            }

            var free = new DriveInfo(path).AvailableFreeSpace;
            return new Check(
                name,
                free >= LeastDisk ? CheckOutcome.Ok : CheckOutcome.Warn,
                $"{path}, {Gibibytes(free)} GiB free",
                free >= LeastDisk ? null : "checkpoints and corpora need room; scalelab plan says how much a sweep takes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Check(name, CheckOutcome.Fail, e.Message, remedy);
        }
    }

    private static string Cpu()
    {
        var name = CpuModel.Name ?? "a CPU without a name";
        var vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        return FormattableString.Invariant($"{name}, {Environment.ProcessorCount} cores, {vectors}");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static long Kilobytes(string meminfo, string name)
    {
        var line = meminfo.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..] && long.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes)
            ? kilobytes << 10
            : 0;
    }

    private static string Gibibytes(long bytes) => (bytes / (double)(1 << 30)).ToString("0.0", CultureInfo.InvariantCulture);
}
