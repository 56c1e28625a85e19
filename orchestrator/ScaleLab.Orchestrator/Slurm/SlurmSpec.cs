using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What <c>--executor slurm</c> asks of the scheduler, task by task. Options of the command line come first.</summary>
internal sealed record SlurmSpec
{
    /// <summary>The partition; the site's default unless given.</summary>
    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9._,-]*")]
    public string? Partition { get; init; }

    /// <summary>Who pays; the user's default account unless given.</summary>
    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9._-]*")]
    public string? Account { get; init; }

    /// <summary>Time limit of a task, as <c>sbatch --time</c> reads it: minutes, <c>hours:minutes:seconds</c> or <c>days-hours</c>. A task that reaches it saves its run and queues again.</summary>
    [RegularExpression(@"(\d+(:\d\d){0,2}|\d+-\d+(:\d\d){0,2})")]
    public string? Time { get; init; }

    /// <summary>Devices of a task: <c>gpu:1</c>, or <c>shard:n</c> to share a GPU. Runs then train on CUDA, unless <c>--devices cpu</c>.</summary>
    [RegularExpression("(gpu|shard)(:[A-Za-z0-9_.-]+)*(,(gpu|shard)(:[A-Za-z0-9_.-]+)*)*")]
    public string? Gres { get; init; }

    /// <summary>Tasks of one job array that run at a time; no limit unless given.</summary>
    [Range(1, 100_000)]
    public int? ArrayParallelism { get; init; }

    /// <summary>Runs are packed until a task lasts about so many minutes by the plan: one scheduled task for each short run would drown the scheduler.</summary>
    [Range(0, 10_000)]
    public int PackMinutes { get; set; } = 10;

    /// <summary>Further options of <c>sbatch</c>, in their long form: <c>--constraint=a100</c>.</summary>
    [RegularExpression("--[a-z][a-z-]*(=.+)?")]
    public string[] Extra { get; set; } = [];

    /// <returns>The first value that the spec would refuse, by its key, and why; null where there is none.</returns>
    public (string Key, string Reason)? Problem()
    {
        foreach (var property in typeof(SlurmSpec).GetProperties())
        {
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                var values = property.GetValue(this) is string[] list ? (object?[])list : [property.GetValue(this)];
                if (Array.Find(values, v => !rule.IsValid(v)) is { } wrong)
                {
                    return (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), $"{wrong}: {(rule is RegularExpressionAttribute pattern ? $"must match {pattern.Pattern}" : rule.FormatErrorMessage("it"))}");
                }
            }
        }

        return Array.Find(Extra, e => SbatchScript.Problem(e) is not null) is { } extra ? ("extra", $"{extra}: {SbatchScript.Problem(extra)}") : null;
    }

    /// <summary>The time limit; null where none is given.</summary>
    [JsonIgnore]
    public TimeSpan? Limit => Time is null ? null : SlurmTime.Parse(Time);
}
