using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary><c>data:</c> of a sweep: where the samples come from.</summary>
public sealed record DataSpec
{
    public required DataSource Source { get; init; }

    /// <summary><c>text</c>: a file or folder. <c>tokens</c>: a .bin shard or a folder of them.</summary>
    public string? Path { get; init; }

    /// <summary><c>tokens</c>: the shard (or folder) of the held-out set; else the end of the training tokens is held out.</summary>
    public string? HeldOut { get; init; }

    /// <summary><c>bytes</c>, or a tiktoken vocabulary such as <c>o200k_base</c>; for <c>tokens</c> the number of ids, such as <c>50257</c>.</summary>
    public string? Vocabulary { get; init; }

    /// <summary><c>tokens</c>: bytes of one id, 2 or 4. A header of llm.c says so itself.</summary>
    [AllowedValues(2, 4)]
    public int? TokenBytes { get; init; }

    /// <summary><c>markov</c>: number of states.</summary>
    [Range(2, 65_536)]
    public int? States { get; init; }

    /// <summary><c>markov</c>: tokens of the training part.</summary>
    [Range(1, 1e12)]
    public long? Tokens { get; init; }

    /// <summary><c>markov</c>: seed of chain and samples.</summary>
    [Range(0, int.MaxValue)]
    public int? Seed { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<DataSource>))]
public enum DataSource
{
    /// <summary>The English API documentation beside every .NET SDK.</summary>
    [JsonStringEnumMemberName("dotnet-docs")]
    DotnetDocs,

    [JsonStringEnumMemberName("text")]
    Text,

    [JsonStringEnumMemberName("tokens")]
    Tokens,

    /// <summary>A first-order Markov chain, whose entropy rate is known.</summary>
    [JsonStringEnumMemberName("markov")]
    Markov,
}
