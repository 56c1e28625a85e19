using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>A method of self-supervised vision: its encoder, what trains it, and its loss. It sees tensors and knows no files.</summary>
internal interface ISelfSupervised : IDisposable
{
    /// <summary>The views it wants of each image, one after another.</summary>
    IReadOnlyList<ViewRecipe> Views { get; }

    /// <summary>The views by which the held-out loss is measured: where a method needs one view, the images as they are.</summary>
    IReadOnlyList<ViewRecipe> HeldOutViews => Views.Count == 1 ? [ViewRecipe.None] : Views;

    /// <summary>Trained tensors; those of the encoder begin with <c>encoder.</c>.</summary>
    ParameterSet Parameters { get; }

    /// <summary>Tensors that no gradient reaches and that training carries on.</summary>
    IReadOnlyList<(string Name, Tensor Value)> State => [];

    /// <summary>Before the first step: what is learned from the corpus and then frozen. The same for all runs of a sweep.</summary>
    /// <param name="images">Training images as they are, by number of the first and count, (B, C, S, S).</param>
    void Prepare(Func<long, int, Tensor> images)
    {
    }

    /// <param name="views">One tensor (B, C, S, S) for each of <see cref="Views"/>, float32 on the model's device.</param>
    /// <param name="draws">The random numbers of these samples.</param>
    /// <returns>The loss, a mean over the samples, with its graph.</returns>
    Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws);

    /// <returns>(B): what <see cref="Loss"/> is the mean of, sample by sample; null where it compares the samples of a batch.</returns>
    Tensor? Losses(IReadOnlyList<Tensor> views, SampleDraws draws) => null;

    /// <summary>The weights have been updated.</summary>
    /// <param name="steps">Done, this one included.</param>
    /// <param name="end">Steps of the run, for schedules that end with it; null where they must not know it, and are constant.</param>
    void AfterStep(long steps, long? end)
    {
    }

    /// <returns>How the last batch shows that everything gets the same code; null where it does not.</returns>
    string? Collapse() => null;

    /// <param name="images">(B, C, S, S), as they are.</param>
    /// <returns>(B, d): what probes read.</returns>
    Tensor Features(Tensor images);

    /// <summary>The encoder that <see cref="Features"/> reads, patch by patch.</summary>
    FrozenEncoder Encoder { get; }

    /// <returns>What the best of all predictors loses on these samples, where the world's law is known and this loss is a question about it; else null.</returns>
    double? Floor(FieldPredictor world, IReadOnlyList<Tensor> views, SampleDraws draws) => null;

    /// <summary>Measured on a batch of held-out views, beside the loss: the deviation of targets, their entropy.</summary>
    IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views) => [];
}

/// <summary>An encoder as it is probed.</summary>
/// <param name="Network">Of the student or the teacher, as each method's paper evaluates.</param>
/// <param name="Positions">Of all patches, (L, C).</param>
/// <param name="Cut">From images (B, C, S, S), or clips, to patches (B, L, V).</param>
internal sealed record FrozenEncoder(VisionEncoder Network, Tensor Positions, Func<Tensor, Tensor> Cut)
{
    /// <inheritdoc cref="VisionEncoder.Look"/>
    public (Tensor Tokens, Tensor Attention) Look(Tensor images) => Network.Look(Cut(images), Positions);

    /// <summary>What <see cref="Read"/> makes one vector of: all tokens, (B, L, C), of an encoder without a class token.</summary>
    public Tensor Tokens(Tensor images) => Network.Run(Cut(images), Positions);

    /// <inheritdoc cref="VisionEncoder.Features"/>
    public Tensor Read(Tensor images) => Network.Read(Cut(images), Positions);
}
