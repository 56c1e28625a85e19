using ScaleLab.Analysis;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Reports;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Output;

/// <summary>What a finished sweep says: fits, figures and report as files, the law and an allocation as text.</summary>
internal static class SweepAnswer
{
    /// <summary>The allocation shown is for this multiple of the most compute any run had.</summary>
    private const double Ahead = 10;

    public static void Write(TextWriter output, Plan plan, string folder)
    {
        var analysis = SweepAnalysis.Run(Path.Combine(folder, "results.csv"), plan.Laws[0], plan.Laws.Skip(1));
        analysis.Write(folder);
        var paths = ReportWriter.Write(
            ReportSource.ReadFolder(folder) with
            {
                // With the draws in memory, the bands of the figures are the full ones.
                Analysis = analysis,
                Command = $"scalelab run {plan.Name}.yaml",
                Version = BuildInfo.Version,
                Facts = Facts(plan),
            },
            folder);

        FitText.Write(output, analysis.Table, analysis.Fit);
        Judge(output, plan, analysis);
        if (analysis.Fit.Frontier is not null && analysis.Table.Observations is { Count: > 0 } runs)
        {
            output.WriteLine($"allocation for {Ahead} times the compute of the largest run:");
            AllocationText.Write(output, new Allocator(analysis.Fit).ForFlops(Ahead * runs.Max(r => r.C)));
        }

        output.WriteLine();
        foreach (var path in paths.Figures)
        {
            output.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, path));
        }
    }

    private static void Judge(TextWriter output, Plan plan, SweepAnalysis analysis)
    {
        if (plan.Prediction is not { } prediction)
        {
            return;
        }

        foreach (var run in JudgedPrediction.Of(prediction, analysis.Table.Observations))
        {
            var interval = run.Interval is { } i ? $" ({Numbers.Range(i, v => Numbers.Digits(v, 5))})" : "";
            var held = run.Held switch { true => ", within the interval", false => ", outside the interval", _ => "" };
            output.WriteLine(FormattableString.Invariant($"{run.Run.Run}: loss {Numbers.Digits(run.Predicted, 5)}{interval} predicted by {prediction.Fit}, {Numbers.Digits(run.Run.Loss, 5)} measured: {100 * run.Miss:+0.00;-0.00;0.00} %{held}"));
        }

        output.WriteLine();
    }

    private static List<Fact> Facts(Plan plan)
    {
        var corpus = plan.Corpus;
        var facts = new List<Fact>
        {
            new("Corpus", $"{corpus.Origin}: {corpus.Content}; {Quantity.Format(corpus.HeldOutUnits)} held out, {corpus.Hash[..12]}"),
            new("Plan", FormattableString.Invariant($"{plan.Runs.Count(r => r.IsPoint)} points from {plan.Runs.Count} runs, {Quantity.Format(plan.Bill)} FLOPs; separate runs would take {Quantity.Format(plan.BillOfSeparateRuns)}")),
            new("Arithmetic", plan.Runs[0].Spec is { } run ? $"{run.Training.Precision}, {run.Execution.Math} matrix products, {run.Execution.Device}".ToLowerInvariant() : ""),
        };
        if (corpus.NearDuplicateRate is { } rate)
        {
            facts.Add(new("Near duplicates", FormattableString.Invariant($"{rate:P1} of the held-out lines resemble a training line")));
        }

        return facts;
    }
}
