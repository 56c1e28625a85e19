using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;

namespace ScaleLab.Benchmarks;

/// <summary>Images per CPU second of every vision method, and MAE against eager PyTorch (rivals/mae.py) in turns; medians of the rounds, one thread.</summary>
internal static class VisionBenchmark
{
    private const int Batch = 128;

    private static readonly (int Width, int Depth, int Heads)[] Mae = [(32, 2, 2), (64, 4, 2), (128, 4, 4)];

    public static int Run(string[] args)
    {
        var seconds = args.Length > 0 ? args[0] : "4";
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        var root = Directory.CreateTempSubdirectory("scalelab-").FullName;
        try
        {
            var preparer = new CorpusPreparer(new CorpusStore(root), Console.Error.WriteLine, DotnetDocsSource.PacksOfThisRuntime());
            var images = preparer.Prepare(new DataSpec { Source = DataSource.ShapeLeaves, HeldOutImages = 16 }).Hash;
            var clips = preparer.Prepare(new DataSpec { Source = DataSource.MovingShapes, HeldOutImages = 16 }).Hash;
            Console.WriteLine($"32 x 32 pixels, patch 4, batch {Batch}, one thread, images per CPU second, medians of {rounds} rounds of {seconds} s");
            foreach (var (width, depth, heads) in Mae)
            {
                var (rival, ours) = (new List<double>(), new List<double>());
                for (var round = 0; round < rounds; round++)
                {
                    rival.Add(Measure(Rival.OneThread(), [Rival.Script("mae.py"), $"{width}", $"{depth}", $"{heads}", "64", "1", "2", $"{Batch}", seconds])[0]);
                    ours.Add(Measure(Rival.Ours(), ["vision-ours", root, images, "mae", $"{width}", $"{depth}", $"{Batch}", seconds])[0]);
                }

                var ratios = ours.Zip(rival, (a, b) => a / b).ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mae {width} x {depth}, decoder 64 x 1: PyTorch {Median(rival),7:N0}   ScaleLab {Median(ours),7:N0} ({Median(ratios):F2}, {ratios.Min():F2}–{ratios.Max():F2})"));
            }

            foreach (var family in ModelFamily.All.Where(f => f.Defaults is VisionOptions))
            {
                var runs = Enumerable.Range(0, rounds).Select(_ => Measure(Rival.Ours(), ["vision-ours", root, family.Unit == "clips" ? clips : images, family.Name, "64", "4", $"{Batch}", seconds])).ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{family.Name,-13} 64 x 4: training {Median([.. runs.Select(r => r[0])]),7:N0}   loading alone {Median([.. runs.Select(r => r[1])]),7:N0}   both {Median([.. runs.Select(r => r[2])]),7:N0}"));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    private static double[] Measure(ProcessStartInfo start, string[] arguments)
    {
        start.RedirectStandardOutput = true;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture))]
            : throw new InputException($"{start.FileName} {arguments[0]} failed; the rival needs Debian's python3-torch and libopenblas0-pthread");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
