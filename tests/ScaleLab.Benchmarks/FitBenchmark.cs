using System.Diagnostics;
using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Benchmarks;

/// <summary>
/// Fits of the 240 Chinchilla runs and their bootstrap against SciPy (rivals/fit.py) on the same data in the same call, and a million rows from file to fit.
/// </summary>
/// <remarks>Ratios are of CPU time, so that neighbours on the machine weigh less; wall time stands beside it.</remarks>
internal static class FitBenchmark
{
    private const int Rounds = 51;
    private const int Draws = 4000;
    private const int Rows = 1_000_000;

    // Of the customary grid: all of it would take minutes and find nothing lower.
    private const int RivalStarts = 500;
    private const int RivalDraws = 200;

    private static readonly ScalingLaw Law = ScalingLaw.Of("chinchilla");

    public static int Run()
    {
        var folder = Environment.GetEnvironmentVariable("SCALELAB_REFERENCE") ?? throw new InputException("SCALELAB_REFERENCE does not name the folder with the reference data");
        var file = Path.Combine(folder, "data", "epoch_chinchilla.csv");
        var table = ObservationFile.Read(file, new ColumnOptions { Where = ["keep240=1"] });
        (double Wall, double Cpu) Fit(int bootstrap) => Time(() => ParametricFit.Run(table, Law, new FitOptions { Bootstrap = bootstrap }));
        var cold = Fit(0);
        var one = Median(Enumerable.Range(0, Rounds).Select(_ => Fit(0)));
        var many = Median(Enumerable.Range(0, 5).Select(_ => Fit(Draws)));
        var fit = ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 0 });
        var perDraw = (many.Cpu - one.Cpu) / Draws;
        Print($"ScaleLab: a fit {one.Wall * 1e3:F1} ms, CPU {one.Cpu * 1e3:F1} ms (medians of {Rounds}; the first, compiled on the way, {cold.Wall * 1e3:F0} ms), objective {fit.Objective.Value:R}, {fit.Diagnostics.Certificate}");
        Print($"ScaleLab: a fit with {Draws} bootstraps {many.Wall:F2} s on {Environment.ProcessorCount} cores, CPU {many.Cpu:F2} s, {perDraw * 1e6:F0} µs for each");

        var rival = Rival(file);
        Print($"SciPy:    {rival[0]:F0} starts of the customary 4,500 CPU {rival[1]:F1} s, {rival[2]:P0} of them reach its least objective {rival[3]:R}; {rival[4] * 1e6:F0} µs for each bootstrap");
        Print($"ratios:   fit {rival[1] / one.Cpu:F0} (to {rival[0]:F0} starts), bootstrap {rival[4] / perDraw:F0}, objective {rival[3] / fit.Objective.Value:R}");
        Million();
        return 0;
    }

    private static void Million()
    {
        var file = Path.GetTempFileName();
        var (random, truth) = (new Random(1), new LossSurface(Law, [1.8172, 477.8, 2143.4, 0.3473, 0.3672]));
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine("run,n,d,loss");
            for (var i = 0; i < Rows; i++)
            {
                var (n, d) = (Math.Pow(10, 7 + (3 * random.NextDouble())), Math.Pow(10, 8.5 + (3 * random.NextDouble())));
                var noise = 0.01 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"r{i},{n:R},{d:R},{truth.Loss(n, d) * Math.Exp(noise):R}"));
            }
        }

        var table = new ObservationTable("", [], [], "");
        var load = Time(() => table = ObservationFile.Read(file));
        var fit = Time(() => ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 0 }));
        Print($"{Rows:N0} rows: load {load.Wall:F2} s, fit {fit.Wall:F2} s, CPU {load.Cpu:F2} and {fit.Cpu:F2} s; most memory of this process {Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:F2} GB");
        File.Delete(file);
    }

    private static double[] Rival(string file)
    {
        var start = Benchmarks.Rival.OneThread();
        start.RedirectStandardOutput = true;
        foreach (var argument in (string[])[Benchmarks.Rival.Script("fit.py"), file, $"{RivalStarts}", $"{RivalDraws}"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))]
            : throw new InputException("rivals/fit.py failed; it needs Debian's python3-scipy");
    }

    private static (double Wall, double Cpu) Time(Action action)
    {
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        action();
        return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static (double Wall, double Cpu) Median(IEnumerable<(double Wall, double Cpu)> times)
    {
        var all = times.ToList();
        return (all.Select(t => t.Wall).Order().ElementAt(all.Count / 2), all.Select(t => t.Cpu).Order().ElementAt(all.Count / 2));
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
