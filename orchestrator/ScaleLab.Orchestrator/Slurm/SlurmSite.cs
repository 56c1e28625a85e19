using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What a cluster says about itself.</summary>
/// <param name="Version">Of Slurm.</param>
/// <param name="MaxArraySize">Tasks of one array.</param>
/// <param name="Settings">Of <c>scontrol show config</c>.</param>
/// <param name="Partitions">As <c>sinfo</c> lists them: one row for each kind of node in each.</param>
internal sealed record SlurmSite(string Version, int MaxArraySize, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<SlurmPartition> Partitions)
{
    // Slurm's own default.
    private const int UsualArraySize = 1001;

    public static SlurmSite Parse(string config, string partitions)
    {
        var settings = config.Split('\n')
            .Select(l => l.Split(" = ", 2))
            .Where(p => p.Length == 2)
            .GroupBy(p => p[0].Trim())
            .ToDictionary(g => g.Key, g => g.First()[1].Trim());
        return new SlurmSite(
            settings.GetValueOrDefault("SLURM_VERSION", "unknown"),
            int.TryParse(settings.GetValueOrDefault("MaxArraySize"), CultureInfo.InvariantCulture, out var size) && size > 0 ? size : UsualArraySize,
            settings,
            [.. partitions.Split('\n').Select(SlurmPartition.Parse).OfType<SlurmPartition>()]);
    }

    /// <summary>What Slurm might accept and then leave in its queue for ever.</summary>
    /// <exception cref="InputException">The request cannot be met; the message says what can.</exception>
    public void Check(SlurmSpec spec)
    {
        var names = Partitions.Select(p => p.Name).Distinct().ToList();
        var wanted = spec.Partition?.Split(',') ?? [.. Partitions.Where(p => p.IsDefault).Select(p => p.Name).Distinct()];
        if (wanted.FirstOrDefault(w => !names.Contains(w)) is { } unknown)
        {
            throw new InputException($"there is no partition '{unknown}'{Suggestion.For(unknown, names)}; this cluster has {string.Join(", ", names)}");
        }

        if (wanted.Length == 0)
        {
            throw new InputException($"this cluster has no default partition: choose one of {string.Join(", ", names)} with --partition, or 'partition' under 'slurm'");
        }

        var rows = Partitions.Where(p => wanted.Contains(p.Name)).ToList();
        if (rows.All(p => !p.IsUp))
        {
            throw new InputException($"partition {string.Join(", ", wanted)} is not up; this cluster has {string.Join(", ", Partitions.Where(p => p.IsUp).Select(p => p.Name).Distinct())}");
        }

        if (spec.Limit > rows.Max(p => p.Limit ?? TimeSpan.MaxValue))
        {
            var longest = rows.MaxBy(p => p.Limit)!;
            throw new InputException($"--time {spec.Time} is more than partition {longest.Name} allows: at most {longest.LimitText}. Runs need no more than that: at the limit they save and queue again");
        }

        foreach (var kind in (spec.Gres ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(g => g.Split(':')[0]))
        {
            if (rows.All(p => !p.Has(kind)))
            {
                throw new InputException($"no node of partition {string.Join(", ", wanted)} has a {kind}; 'sinfo -o \"%P %G\"' shows what there is: {string.Join("; ", Partitions.Select(p => $"{p.Name} {p.Gres}").Distinct())}");
            }
        }
    }

    /// <summary>GPUs that a task holds: a part of one where it asks for shards. On CPUs a task is a device.</summary>
    public double Devices(SlurmSpec spec)
    {
        var rows = Partitions.Where(p => spec.Partition is null ? p.IsDefault : spec.Partition.Split(',').Contains(p.Name));
        return spec.Gres is { } gres && rows.FirstOrDefault(p => p.Has(gres.Split(':')[0])) is { } row ? row.Devices(gres) : 1;
    }

    /// <summary>Tasks that may run at a time on an empty cluster: a guess, for forecasts.</summary>
    public int Room(SlurmSpec spec)
    {
        var rows = Partitions.Where(p => p.IsUp && (spec.Partition is null ? p.IsDefault : spec.Partition.Split(',').Contains(p.Name))).ToList();
        var room = rows.Sum(p => p.Room(spec.Gres));
        return Math.Max(1, Math.Min(spec.ArrayParallelism ?? int.MaxValue, room));
    }
}

/// <param name="Name">Of the partition.</param>
/// <param name="IsDefault">Taken where none is named.</param>
/// <param name="IsUp">Whether jobs start there.</param>
/// <param name="LimitText">The longest time limit, as Slurm writes it.</param>
/// <param name="Gres">Generic resources of each node.</param>
/// <param name="Nodes">How many.</param>
/// <param name="Cpus">Of each.</param>
internal sealed record SlurmPartition(string Name, bool IsDefault, bool IsUp, string LimitText, string Gres, int Nodes, int Cpus)
{
    /// <summary>Null where there is none.</summary>
    public TimeSpan? Limit => SlurmTime.Parse(LimitText);

    public static SlurmPartition? Parse(string line) => line.Split('|') is [var name, var state, var limit, var gres, var nodes, var cpus]
        ? new SlurmPartition(name.TrimEnd('*'), name.EndsWith('*'), state == "up", limit, gres, Number(nodes), Number(cpus))
        : null;

    public bool Has(string kind) => Amount(Gres, kind) > 0;

    /// <summary>Tasks with this request that its nodes hold.</summary>
    public int Room(string? request)
    {
        var kind = request?.Split(':')[0];
        return Nodes * (kind is null ? Cpus : Amount(Gres, kind) / Math.Max(1, Amount(request!, kind)));
    }

    /// <summary>GPUs that such a request holds of one of its nodes.</summary>
    public double Devices(string request)
    {
        var (gpus, shards) = (Amount(Gres, "gpu"), Amount(Gres, "shard"));
        return Amount(request, "gpu") + (gpus > 0 && shards > 0 ? Amount(request, "shard") * (double)gpus / shards : 0);
    }

    // gpu:a100:4(S:0-1),shard:16: the number is the last part, 1 where there is none.
    private static int Amount(string gres, string kind) => gres.Split(',')
        .Select(g => g.Split('(')[0].Split(':'))
        .Where(g => g[0] == kind)
        .Sum(g => Number(g[^1]) is var n && n > 0 ? n : 1);

    private static int Number(string text) => int.TryParse(text.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
