using System.Security.Cryptography;
using System.Text;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What simulated runs do: a function of the run and of the attempt's number, the same in every session.</summary>
internal sealed record SimulationModel
{
    // Spread of durations around the estimate (log-normal), and of losses around the law: of a trunk as a whole, and of each run.
    private const double DurationNoise = 0.1;
    private const double TrunkNoise = 0.002;
    private const double RunNoise = 0.0005;

    /// <summary>Loss at constant rate, as a multiple of the annealed one.</summary>
    private const double Unannealed = 1.03;

    private const double FlopsPerSecond = 5e10;

    /// <summary>Share of attempts that are lost on the way, 0 … 1.</summary>
    public double FailureShare { get; init; }

    /// <summary>Estimated time of a run by its key; else its FLOPs at 50 GFLOP/s.</summary>
    public Func<string, TimeSpan>? Estimate { get; init; }

    /// <summary>The form of Hoffmann et al. 2022, eq. 10, with made-up constants of the size seen on bytes of English. Nats.</summary>
    public static double Law(double n, double d) => 0.6 + (12 / Math.Pow(n, 0.25)) + (35 / Math.Pow(d, 0.3));

    /// <summary>The loss of a run as a function of the D seen and of how far its rate has fallen, 0 … 1. Branches of one trunk share most of their noise, as real ones do.</summary>
    public static Func<long, double, double> Losses(RunSpec spec)
    {
        var noise = (TrunkNoise * Gaussian(Source(RunKey.Trunk(spec.Training)))) + (RunNoise * Gaussian(Source(spec.Key)));
        var n = spec.Training.Model.Parameters.Total;
        return (d, annealed) => Law(n, d) * (Unannealed - ((Unannealed - 1) * annealed)) * (1 + noise);
    }

    /// <summary>Time of the run from its start to its end, without failures.</summary>
    public TimeSpan Duration(RunSpec spec)
    {
        var training = spec.Training;
        var own = training.D - new Timeline(training.Batch).SeenBefore(training.StartStep);
        var estimate = Estimate?.Invoke(spec.Key) ?? TimeSpan.FromSeconds(training.Model.TrainingFlops(own) / FlopsPerSecond);
        return estimate * Math.Exp(DurationNoise * Gaussian(Source($"{spec.Key} duration")));
    }

    /// <summary>The share of the run's steps at which this attempt is lost; null where it is not.</summary>
    public double? LostAt(RunSpec spec, int attempt)
    {
        var random = Source(FormattableString.Invariant($"{spec.Key} attempt {attempt}"));
        return random.NextDouble() < FailureShare ? random.NextDouble() : null;
    }

    private static Random Source(string seed) => new(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(seed))));

    // Box and Muller 1958.
    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
