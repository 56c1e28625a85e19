using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>The environment of every runner process. Native code does not see variables set inside .NET, so the parent must set them.</summary>
internal static class WorkerEnvironment
{
    public static void Apply(ProcessStartInfo start, int threads = 1)
    {
        var count = threads.ToString(CultureInfo.InvariantCulture);
        foreach (var name in (ReadOnlySpan<string>)["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"])
        {
            start.Environment[name] = count;
        }

        // libgomp's spinning barriers collapse as soon as anything else runs on the machine.
        start.Environment["GOMP_SPINCOUNT"] = "0";

        // Activations in huge pages: fewer TLB misses, some 5 to 10 % of a small model's step.
        start.Environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1";

        // Workers compete for cores; a compiler thread of theirs should not.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
    }

    /// <summary>Lets the worker see <paramref name="device"/> and no other GPU.</summary>
    public static void Show(ProcessStartInfo start, DeviceInfo device)
    {
        // Numbers count within what this process may see itself: that list names indices or UUIDs.
        const string visible = "CUDA_VISIBLE_DEVICES";
        var number = device.Device.AsSpan(device.Kind.Length).TrimStart(':').ToString();
        start.Environment[visible] = number.Length > 0 && start.Environment.TryGetValue(visible, out var mine) && mine is not null
            ? mine.Split(',')[int.Parse(number, CultureInfo.InvariantCulture)]
            : number;
    }
}
