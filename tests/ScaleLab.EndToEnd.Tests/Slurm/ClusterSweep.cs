using System.Globalization;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>A small real sweep, run once by the local executor: what a cluster must give, byte for byte.</summary>
public sealed class ClusterSweep : TinySweep
{
    private const string Text =
        """
        name: cluster
        model: lm
        data: {source: markov, states: 16, tokens: 800_000}
        options: {context: 32}
        grid:
          n: [8k, 16k]
          d: [60k, 120k, 240k]
          seeds: 2
        train: {warmup: 4096, batch: 1024}
        evaluation: {blocks: 4}
        slurm: {gres: "shard:1", array_parallelism: 6}
        """;

    private static readonly string BriefText = Text.Replace("[60k, 120k, 240k]", "[20k, 40k, 80k]", StringComparison.Ordinal);

    private ClusterSweep(string text, int runs)
        : base(text) => Runs = runs;

    public int Runs { get; }

    /// <summary>Four trunks in three stretches, twelve branches.</summary>
    public static ClusterSweep Whole() => new(Text, 24);

    /// <summary>As many runs, each a third as long.</summary>
    public static ClusterSweep Brief() => new(BriefText, 24);

    /// <summary>One of its trunks, and what grows from it.</summary>
    public static ClusterSweep Part() => new(BriefText.Replace("[8k, 16k]", "[8k]", StringComparison.Ordinal).Replace("seeds: 2", "seeds: 1", StringComparison.Ordinal), 6);

    /// <summary>What each run of a sweep has spent, by timings.csv.</summary>
    internal static SortedDictionary<string, (double Flops, double Hours)> Ledger(string folder)
    {
        using var timings = File.OpenText(Path.Combine(folder, "timings.csv"));
        var header = timings.ReadLine()!.Split(',');
        var (key, flops, hours) = (Array.IndexOf(header, "run_key"), Array.IndexOf(header, "c_spent"), Array.IndexOf(header, "device_hours"));
        var ledger = new SortedDictionary<string, (double, double)>(StringComparer.Ordinal);
        while (timings.ReadLine()?.Split(',') is { } row)
        {
            ledger.Add(row[key], (Number(row[flops]), Number(row[hours])));
        }

        return ledger;

        static double Number(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>A driver that trains on the cluster, whose GPUs are none.</summary>
    internal Driver On(SlurmCluster cluster, string folder, params string[] more) =>
        new(Data, cluster.Environment, ["run", Spec, "--out", folder, "--executor", "slurm", "--devices", "cpu", .. more]);

    internal Driver Call(SlurmCluster cluster, params string[] arguments) => new(Data, cluster.Environment, arguments);
}
