using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>What an earlier fit said of a run, and what came out.</summary>
/// <param name="Run">As it was trained.</param>
/// <param name="Predicted">The earlier law's loss at its N and D.</param>
/// <param name="Interval">Of a new run there; null where the earlier fit had none.</param>
public sealed record JudgedPrediction(Observation Run, double Predicted, Interval? Interval)
{
    /// <summary>By how much the measured loss lies above the predicted one, as a share of it.</summary>
    public double Miss => (Run.Loss / Predicted) - 1;

    /// <summary>Whether the interval holds the measured loss; null without one.</summary>
    public bool? Held => Interval is { } i ? i.Low <= Run.Loss && Run.Loss <= i.High : null;

    /// <exception cref="InputException">The prediction's law is unknown, or has other parameters.</exception>
    public static IReadOnlyList<JudgedPrediction> Of(Prediction prediction, IReadOnlyList<Observation> runs)
    {
        var law = ScalingLaw.Find(prediction.Law);
        double[] numbers = [.. prediction.Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)];
        if (law is null || law.ParameterNames.Count != numbers.Length || !numbers.All(double.IsFinite))
        {
            throw new InputException($"the prediction by '{prediction.Law}' with the parameters '{prediction.Parameters}' is of no law that is known");
        }

        // Shapes and steps round N and D a little, by which the interval's ends move as the loss does.
        var surface = new LossSurface(law, [.. numbers]);
        return [.. runs.Select(run => Judged(run, surface.Loss(run.Scale)))];

        JudgedPrediction Judged(Observation run, double loss) => new(run, loss, prediction is { Low: { } low, High: { } high } ? new Interval(loss * low / prediction.Loss, loss * high / prediction.Loss) : null);
    }
}
