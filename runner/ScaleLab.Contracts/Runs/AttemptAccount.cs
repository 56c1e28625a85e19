namespace ScaleLab.Contracts.Runs;

/// <summary><c>account.json</c>: what an attempt takes that no driver times, from <see cref="Begun"/> to its last heartbeat.</summary>
public sealed record AttemptAccount
{
    public int Format { get; set; } = 1;

    public required string Host { get; init; }

    /// <summary>The task of Slurm, <c>123_4</c>; null where it was started by hand.</summary>
    public string? Job { get; init; }

    /// <summary>Devices that it holds: 0.25 is a quarter of one.</summary>
    public required double Devices { get; init; }

    /// <summary>By the clock of the heartbeats.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>Of a process that trains from files alone, as its environment tells.</summary>
    public static AttemptAccount Here(DateTimeOffset begun)
    {
        var (job, task) = (Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID"), Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID"));
        return new AttemptAccount
        {
            Host = Environment.GetEnvironmentVariable("SLURMD_NODENAME") ?? Environment.MachineName,
            Job = job is null ? null : $"{job}_{task}",
            Devices = double.TryParse(Environment.GetEnvironmentVariable(DevicesVariable), System.Globalization.CultureInfo.InvariantCulture, out var devices) && devices > 0 ? devices : 1,
            Begun = begun,
        };
    }

    /// <summary>Environment variable with <see cref="Devices"/>; one unless given.</summary>
    public const string DevicesVariable = "SCALELAB_DEVICE_SHARE";
}
