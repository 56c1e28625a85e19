using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Reports;

/// <summary>What an earlier fit said of these runs, beside what came out.</summary>
internal static class PredictionSection
{
    public static void Write(Html html, ReportInput input)
    {
        if (input.Prediction is not { } prediction)
        {
            return;
        }

        html.Add($"<h2 id=\"prediction\">Predicted and actual</h2>");
        var judged = JudgedPrediction.Of(prediction, input.Analysis.Table.Observations);
        if (judged.Count == 0)
        {
            html.Add($"<p>{prediction.Fit} predicted a loss of {ReportNumber.Loss(prediction.Loss)}. No run has ended well yet.</p>");
            return;
        }

        var table = new ReportTable("run", "#N", $"#D ({input.Unit})", "#predicted loss", $"#{(prediction.Level is { } level ? $"{ReportNumber.Level(level)} " : "")}interval", "#measured", "#above the prediction", "")
        {
            Caption = $"What {prediction.Fit} said before these runs were trained, and what came out. The interval is that of one new run; the law, {prediction.Law}, is read at the N and D that were trained.",
        };
        foreach (var run in judged)
        {
            string[] cells =
            [
                run.Run.Run,
                ReportNumber.Count(run.Run.N),
                ReportNumber.Count(run.Run.D),
                ReportNumber.Loss(run.Predicted),
                ReportNumber.Range(run.Interval, v => ReportNumber.Loss(v)),
                ReportNumber.Loss(run.Run.Loss),
                ReportNumber.Percent(100 * run.Miss),
                run.Held switch { true => "within the interval", false => "outside the interval", _ => "" },
            ];
            if (run.Held == false)
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
