using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>From views to points in the space of a loss: an encoder and a projector.</summary>
internal sealed class EmbeddingNetwork : IDisposable
{
    private readonly VisionEncoder _encoder;
    private readonly ProjectionHead _projector;
    private readonly Tensor _positions;
    private readonly CodeWatch _watch = new();

    /// <param name="set">Takes the weights.</param>
    /// <param name="shape">The model.</param>
    /// <param name="positions">A table of the whole image's patches, (L, C).</param>
    /// <param name="initializer">Draws the weights.</param>
    public EmbeddingNetwork(ParameterSet set, JointEmbeddingShape shape, Tensor positions, Initializer initializer)
    {
        _positions = initializer.Table(positions);
        _encoder = new VisionEncoder(set, shape, initializer);
        _projector = new ProjectionHead(set, "projector", shape.Projector, initializer, scales: true);
    }

    public FrozenEncoder Encoder => new(_encoder, _positions, _encoder.Patches);

    /// <summary>A view alone, with batch statistics of its own.</summary>
    /// <param name="images">(B, C, S, S).</param>
    /// <returns>(B, D).</returns>
    public Tensor Embed(Tensor images) => Project(Watched(Features(images)));

    /// <summary>Several views as one batch, with the batch statistics of all.</summary>
    /// <returns>(V, B, D).</returns>
    public Tensor EmbedTogether(IReadOnlyList<Tensor> views) =>
        Project(Watched(Features(cat([.. views])))).view(views.Count, views[0].shape[0], -1);

    /// <returns>(B, width).</returns>
    public Tensor Features(Tensor images) => Features(images, _positions);

    /// <param name="images">Of any size.</param>
    /// <param name="positions">Of their patches, (L', C).</param>
    public Tensor Features(Tensor images, Tensor positions) => _encoder.Features(images, positions);

    /// <param name="features">(N, width).</param>
    /// <returns>(N, D).</returns>
    public Tensor Project(Tensor features) => _projector.Apply(features);

    /// <summary>Keeps these features until the next: what <see cref="Collapse"/> looks at.</summary>
    public Tensor Watched(Tensor features) => _watch.Watched(features);

    /// <inheritdoc cref="CodeWatch.Collapse"/>
    public string? Collapse() => _watch.Collapse();

    public void Dispose()
    {
        _positions.Dispose();
        _watch.Dispose();
    }
}
