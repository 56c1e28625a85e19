using System.Diagnostics;
using System.Globalization;

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

            // Activations in huge pages: fewer TLB misses.
            ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1",

            // Workers compete for cores; a compiler thread of theirs should not.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcServer"] = "0",
        };
    }

    public static void Apply(ProcessStartInfo start, int threads = 1)
    {
        foreach (var (name, value) in Variables(threads))
        {
            start.Environment[name] = value;
        }
    }
}
