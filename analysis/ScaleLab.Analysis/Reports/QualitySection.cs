using ScaleLab.Analysis.Quality;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Reports;

/// <summary>What probes of the frozen features say, and whether the loss says the same.</summary>
internal static class QualitySection
{
    public static void Write(Html html, ReportInput input)
    {
        var rows = input.Rows.Where(r => r is { Status: "ok", ProbeError: not null }).OrderBy(r => r.N).ThenBy(r => r.D).ThenBy(r => r.RunKey, StringComparer.Ordinal).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        html.Add($"<h2 id=\"quality\">Does the loss tell the quality?</h2>");
        Correlations(html, RankCorrelation.Of(rows));
        Probes(html, rows, input.Unit);
    }

    private static void Correlations(Html html, IReadOnlyList<RankCorrelation> correlations)
    {
        if (correlations.Count == 0)
        {
            html.Add($"<p>Too few runs, or too much alike, to say whether a lower loss means better features.</p>");
            return;
        }

        var table = new ReportTable("probe", "#rank correlation with the loss", "#95 % interval", "#runs", "")
        {
            Caption = correlations.All(c => c.LossOrdersQuality)
                ? "Runs with a lower loss have better features: the law of the loss stands for quality too."
                : $"The loss does not surely order these runs as the probes do ({(correlations.Any(c => c.Clusters < RankCorrelation.FewestClusters) ? $"fewer than {RankCorrelation.FewestClusters} independent runs cannot show it" : $"the interval reaches below {ReportNumber.Of(RankCorrelation.Least)}")}): the law above is a law of the loss, not of quality. Fit a probe's error itself with --loss probe_error.",
        };
        foreach (var c in correlations)
        {
            table.Add(
                c.Column,
                ReportNumber.Exponent(c.Rho),
                ReportNumber.Range(c.Interval, ReportNumber.Exponent),
                c.Runs.ToString(System.Globalization.CultureInfo.InvariantCulture),
                c.Clusters >= RankCorrelation.FewestClusters ? "" : $"{(c.Clusters < c.Runs ? "runs share trunks" : "too few runs")}: the interval is too narrow");
        }

        table.Write(html);
    }

    private static void Probes(Html html, List<ResultRow> rows, string unit)
    {
        var table = new ReportTable("run", "#N", $"#D ({unit})", "#loss", "#probe error", "#untrained", "#k-NN error", "#untrained", "#RankMe", "#LiDAR", "#α-ReQ")
        {
            Caption = "Error rates of probes of the frozen encoder on held-out images. Shaded: no better than the same encoder before it was trained.",
        };
        foreach (var r in rows)
        {
            string[] cells = [r.RunKey, ReportNumber.Count(r.N), ReportNumber.Count(r.D), ReportNumber.Loss(r.ValLoss), ReportNumber.Of(r.ProbeError), ReportNumber.Of(r.ProbeErrorRandom), ReportNumber.Of(r.KnnError), ReportNumber.Of(r.KnnErrorRandom), ReportNumber.Of(r.RankMe), ReportNumber.Of(r.Lidar), ReportNumber.Of(r.AlphaReq)];
            if (r.ProbeError >= r.ProbeErrorRandom)
            {
                table.AddApart(cells);
            }
            else
            {
                table.Add(cells);
            }
        }

        table.Write(html);
    }
}
