using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Workers;

/// <summary>A device that a runner process can train on.</summary>
public sealed record DeviceInfo
{
    /// <summary><c>cpu</c>, or <c>cuda:0</c>, <c>cuda:1</c>, … among the GPUs that the process sees.</summary>
    public required string Device { get; init; }

    public string? Name { get; init; }

    /// <summary>All of its memory, used or not; null where it is not known.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    [JsonIgnore]
    public string Kind => Device.Split(':')[0];
}
