using System.Globalization;
using ScaleLab.EndToEnd.Tests;

namespace ScaleLab.Benchmarks;

/// <summary>The long form of the kill tests: SIGKILL to driver, workers or both of a small real sweep at random moments, resumed each time.</summary>
/// <remarks><c>kills 100 1</c> takes language models, <c>kills 100 1 vision</c> a vision method; the second number is the seed of the moments.</remarks>
internal static class KillBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var kills = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
        var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Environment.TickCount;
        using var sweep = args.Contains("vision") ? new TinySweep(TinySweep.Vision) : new TinySweep();
        await sweep.BeginAsync();
        Console.WriteLine(FormattableString.Invariant($"seed {seed}; undisturbed, the sweep takes {sweep.Duration.TotalSeconds:F1} s"));
        var report = await new KillMatrix(sweep, new Random(seed)).RunAsync(kills, Console.WriteLine);
        Console.WriteLine(report.IsClean ? "every table is byte for byte that of the undisturbed sweep" : "DIFFERENT");
        return report.IsClean ? 0 : 1;
    }
}
