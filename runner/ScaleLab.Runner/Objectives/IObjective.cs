using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives;

/// <summary>A model with its loss and its data: what the trainer trains.</summary>
internal interface IObjective : ILoss, IDisposable
{
    /// <summary>Tensors that no gradient reaches and that training carries on: teachers, centres. Checkpoints hold them.</summary>
    IReadOnlyList<(string Name, Tensor Value)> State => [];

    /// <summary>The weights have been updated; <paramref name="step"/> steps are done.</summary>
    void AfterStep(long step)
    {
    }

    /// <returns>How the last batch shows that the model gives the same answer to everything; null where it does not.</returns>
    string? Collapse() => null;

    /// <summary>Refuses what could not be measured, before a step is paid for.</summary>
    /// <exception cref="Contracts.InputException">It is not possible on this corpus.</exception>
    void Check(EvaluationSpec evaluation)
    {
    }

    /// <summary>Measures the model on the held-out set.</summary>
    Evaluation Evaluate(EvaluationSpec evaluation, CancellationToken stop);

    /// <summary>Writes the weights for others to use.</summary>
    void Export(string folder);

    /// <summary>Takes the weights back, bit for bit.</summary>
    /// <exception cref="Contracts.InputException">They are missing or damaged.</exception>
    void Import(string folder);
}

/// <param name="Loss">Mean, nats per unit of D.</param>
/// <param name="StandardError">Of <paramref name="Loss"/>, over blocks, images, or batches that the loss compares; null where there is one.</param>
/// <param name="BitsPerByte">Null where the bytes behind the tokens are unknown.</param>
/// <param name="Metrics">Measured beside the loss, by the names of their columns.</param>
/// <param name="Heads">Scores of single attention heads, [layer][head], by name.</param>
internal sealed record Evaluation(
    double Loss,
    double? StandardError,
    double? BitsPerByte = null,
    IReadOnlyDictionary<string, double>? Metrics = null,
    IReadOnlyDictionary<string, double[][]>? Heads = null);
