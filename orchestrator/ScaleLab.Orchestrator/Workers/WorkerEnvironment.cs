using System.Diagnostics;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>The environment of every runner process. Native code does not see variables set inside .NET, so the parent must set them.</summary>
internal static class WorkerEnvironment
{
    public static void Apply(ProcessStartInfo start, int threads = 1)
    {
        var count = threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
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
}
