using System.Globalization;

namespace ScaleLab.Analysis.Data;

/// <summary>The columns of one file, found once.</summary>
internal sealed class ColumnMap
{
    // Ours, Hoffmann et al.'s letters, and what W&B projects and fitting tools use.
    private static readonly string[] NamesOfN =
    [
        "n", "params", "parameters", "n_params", "num_params", "n_parameters", "num_parameters", "params_total", "total_params",
        "model_params", "model_n_params", "model_num_params", "model_parameters", "model_size",
    ];

    private static readonly string[] NamesOfD =
    [
        "d", "tokens", "n_tokens", "num_tokens", "train_tokens", "training_tokens", "total_tokens", "tokens_seen", "train_tokens_seen",
        "samples", "samples_seen", "images", "images_seen",
    ];

    private static readonly string[] NamesOfC = ["c", "flops", "compute", "train_flops", "training_flops", "total_flops", "model_flops"];
    private static readonly string[] NamesOfLoss = ["val_loss", "loss", "eval_loss", "validation_loss", "valid_loss", "test_loss", "final_loss"];
    private static readonly string[] NamesOfUniqueD = ["unique_d", "unique_tokens"];
    private static readonly string[] NamesOfRun = ["run_key", "run_id", "run", "run_name", "name", "id"];

    public ColumnMap(CsvHeader header, ColumnOptions options)
    {
        int? Column(string? asked, string[] customary) => asked is null ? header.FindAny(customary) : header.Find(asked);
        N = Column(options.N, NamesOfN);
        D = Column(options.D, NamesOfD);
        C = Column(options.C, NamesOfC);
        (LossFrom, var loss) = Score(options.Loss, header);
        Loss = Column(loss, NamesOfLoss)
            ?? throw header.Error("no column for the loss; name it with --loss");
        if (new[] { N, D, C }.Count(c => c is not null) < 2)
        {
            throw header.Error("two of N, D and C are needed; name them with --n, --d, --c");
        }

        Run = header.FindAny(NamesOfRun);
        UniqueD = header.FindAny(NamesOfUniqueD);
        Seed = header.FindAny("seed");
        Status = header.FindAny("status", "state");
        Rate = header.FindAny("lr", "learning_rate", "peak_lr", "max_lr");
        Budget = header.FindAny("budget");
        Annealed = header.FindAny("annealed");
        Floor = header.FindAny("val_loss") == Loss ? header.FindAny("loss_floor") : null; // of no other column
        NNonEmbedding = header.FindAny("n_non_embedding");
        NEmbedding = header.FindAny("n_embedding");
        var trunk = header.FindAny("trunk");
        Cluster = options.Cluster.Count > 0 ? [.. options.Cluster.Select(header.Find)]
            : trunk is null ? []
            : Seed is null ? [trunk.Value] : [trunk.Value, Seed.Value];
        Words = string.Join(", ", new[] { ("N", N), ("D", D), ("C", C), ("loss", (int?)Loss) }.Where(c => c.Item2 is not null).Select(c => $"{c.Item1} = {(c.Item1 == "loss" ? LossName(header) : header.Names[c.Item2!.Value])}"));
        ClusterRule = Cluster.Count > 0 ? string.Join("+", Cluster.Select(c => header.Names[c])) : "each row";
    }

    public int? N { get; }

    public int? D { get; }

    public int? C { get; }

    public int Loss { get; }

    /// <summary>The column is taken from this number: laws fall, scores rise. Null where it is a loss as it stands.</summary>
    public double? LossFrom { get; }

    /// <summary><c>val_loss</c>, <c>1-copy_score</c>.</summary>
    public string LossName(CsvHeader header) => LossFrom is { } from ? FormattableString.Invariant($"{from}-{header.Names[Loss]}") : header.Names[Loss];

    public int? UniqueD { get; }

    public int? Run { get; }

    public int? Seed { get; }

    public int? Status { get; }

    /// <summary>Of the learning rate.</summary>
    public int? Rate { get; }

    public int? Budget { get; }

    public int? Annealed { get; }

    /// <summary>Of the least possible loss.</summary>
    public int? Floor { get; }

    public int? NNonEmbedding { get; }

    public int? NEmbedding { get; }

    public IReadOnlyList<int> Cluster { get; }

    public string ClusterRule { get; }

    /// <summary><c>N = params, D = tokens, loss = eval/loss</c>.</summary>
    public string Words { get; }

    // `1-copy_score`, unless a column has that very name.
    private static (double? From, string? Column) Score(string? asked, CsvHeader header)
    {
        var minus = asked?.IndexOf('-') ?? -1;
        return minus > 0 && !header.Names.Contains(asked, StringComparer.OrdinalIgnoreCase) && double.TryParse(asked.AsSpan(0, minus), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var from)
            ? (from, asked![(minus + 1)..])
            : (null, asked);
    }
}
