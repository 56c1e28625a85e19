using System.Security.Cryptography;
using System.Text.Json;

namespace ScaleLab.Contracts.Runs;

/// <summary><c>evaluations/…json</c>: a finished run, measured again in another way.</summary>
public sealed record RunEvaluation
{
    /// <summary>Of <see cref="Metrics"/>: the loss of the process that made the data, on the same held-out samples, where it is known.</summary>
    public const string LossFloor = "loss_floor";

    public int Format { get; set; } = 1;

    public required EvaluationSpec Evaluation { get; init; }

    /// <summary>Mean over the held-out set, nats.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Standard error of <see cref="ValLoss"/> over held-out blocks, images, or batches of images that the loss compares.</summary>
    public double? ValLossSe { get; init; }

    /// <summary>Bits per byte of the held-out text.</summary>
    public double? ValBpb { get; init; }

    /// <summary>Measured beside the loss, by the names of their columns in <c>results.csv</c>.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    /// <summary>Scores of single attention heads, [layer][head], by name.</summary>
    public IReadOnlyDictionary<string, double[][]>? Heads { get; init; }

    /// <summary>What <paramref name="result"/> itself says.</summary>
    public static RunEvaluation Of(RunResult result) =>
        new() { Evaluation = result.Evaluation, ValLoss = result.ValLoss, ValLossSe = result.ValLossSe, ValBpb = result.ValBpb, Metrics = result.Metrics, Heads = result.Heads };

    internal static string Name(EvaluationSpec evaluation) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(evaluation, ContractJson.Line.EvaluationSpec)))[..12]}.json";
}
