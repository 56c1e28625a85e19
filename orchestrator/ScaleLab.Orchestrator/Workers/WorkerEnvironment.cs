using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>The environment of every runner process. Native code does not see variables set inside .NET, so the parent must set them.</summary>
internal static class WorkerEnvironment
{
    public static IReadOnlyDictionary<string, string> Variables(int threads = 1)
    {
        var count = threads.ToString(CultureInfo.InvariantCulture);
        return new Dictionary<string, string>
        {
            ["OMP_NUM_THREADS"] = count,
            ["MKL_NUM_THREADS"] = count,
            ["OPENBLAS_NUM_THREADS"] = count,

            // libgomp's spinning barriers collapse as soon as anything else runs on the machine.
            ["GOMP_SPINCOUNT"] = "0",

            // Activations in huge pages: where page tables are nested, as in a virtual machine, a third of the time of a model of
            // a few million parameters goes into looking addresses up. A glibc before 2.35 passes over it.
            ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1",

            // Workers compete for cores; a compiler thread of theirs should not.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcServer"] = "0",

            // Mapping each page of code twice costs a start a sixth of its time.
            ["DOTNET_EnableWriteXorExecute"] = "0",
        };
    }

    public static void Apply(ProcessStartInfo start, int threads = 1)
    {
        foreach (var (name, value) in Variables(threads))
        {
            start.Environment[name] = value;
        }
    }

    /// <summary>Lets the worker see <paramref name="device"/> and no other GPU.</summary>
    public static void Show(ProcessStartInfo start, DeviceInfo device)
    {
        // Numbers count within what this process may see itself: that list names indices or UUIDs. Of a number beyond it the worker sees no GPU.
        const string visible = "CUDA_VISIBLE_DEVICES";
        var number = device.Device.AsSpan(device.Kind.Length).TrimStart(':').ToString();
        start.Environment[visible] = number.Length > 0 && start.Environment.TryGetValue(visible, out var mine) && mine is not null
            ? mine.Split(',').ElementAtOrDefault(int.Parse(number, CultureInfo.InvariantCulture)) ?? ""
            : number;
    }
}
