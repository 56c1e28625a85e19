using System.Globalization;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>A small real sweep (four trunks in three stretches, twelve branches), run once by the local executor: what a cluster must give, byte for byte.</summary>
public sealed class ClusterSweep : TinySweep
{
    public const int Runs = 24;

    private const string Text =
        """
        name: cluster
        model: lm
        data: {source: markov, states: 16, tokens: 800_000}
        options: {context: 32}
        grid:
          n: [8k, 16k]
          d: [100k, 200k, 400k]
          seeds: 2
        train: {warmup: 4096, batch: 1024}
        slurm: {gres: "shard:1", array_parallelism: 6}
        """;

    public ClusterSweep()
        : base(Text)
    {
    }

    /// <summary>Of all runs, by timings.csv.</summary>
    public double Flops
    {
        get
        {
            var rows = File.ReadLines(Path.Combine(Folder, "timings.csv")).Select(l => l.Split(',')).ToList();
            var column = Array.IndexOf(rows[0], "c_spent");
            return rows.Skip(1).Sum(r => double.Parse(r[column], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A driver that trains on the cluster, whose GPUs are none.</summary>
    internal Driver On(SlurmCluster cluster, string folder, params string[] more) =>
        new(Data, cluster.Environment, ["run", Spec, "--out", folder, "--executor", "slurm", "--devices", "cpu", .. more]);

    internal Driver Call(SlurmCluster cluster, params string[] arguments) => new(Data, cluster.Environment, arguments);
}
