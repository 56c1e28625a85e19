using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Benchmarks;

/// <summary>Training on one CPU thread against eager PyTorch (rivals/train.py): the same model, batch and optimiser, in turns, medians of the rounds.</summary>
/// <remarks>Both count CPU time of their own process after 1.5 s of it, so that neighbours on the machine and start-up weigh less.</remarks>
internal static class TrainBenchmark
{
    private const int Batch = 16;
    private const int Context = 128;

    private static readonly (string Size, int[] Shape)[] Sizes = [("43k", [32, 2, 2, 96]), ("382k", [96, 3, 3, 256]), ("3.3M", [256, 4, 4, 688])];

    public static int Run(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        Console.WriteLine($"one thread, batch {Batch} x {Context} tokens, tokens per CPU second, medians of {rounds} rounds of {seconds} s");
        foreach (var (size, shape) in Sizes)
        {
            foreach (var precision in Enum.GetValues<Precision>())
            {
                var (rival, ours) = (new List<double>(), new List<double>());
                object[] common = [.. shape.Cast<object>(), Batch, Context, seconds, precision];
                for (var round = 0; round < rounds; round++)
                {
                    rival.Add(Measure(Rival.OneThread(), [Rival.Script("train.py"), .. common]));
                    ours.Add(Measure(Rival.Ours(), ["train-ours", .. common]));
                }

                Console.WriteLine($"N {size,5} {precision}: PyTorch {Median(rival),8:N0}   ScaleLab {Median(ours),8:N0} ({Ratio(ours, rival)})");
            }
        }

        return 0;
    }

    private static double Measure(ProcessStartInfo start, object[] arguments)
    {
        start.RedirectStandardOutput = true;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InputException($"{start.FileName} {arguments[0]} failed; the rival needs Debian's python3-torch and libopenblas0-pthread");
    }

    private static string Ratio(List<double> ours, List<double> theirs)
    {
        var ratios = ours.Zip(theirs, (a, b) => a / b).ToList();
        return FormattableString.Invariant($"{Median(ratios):F2}, {ratios.Min():F2}–{ratios.Max():F2}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
