using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>A method of self-supervised vision: its name, its options, and its shape at a width.</summary>
/// <param name="name">What the spec calls <c>model</c>.</param>
/// <param name="at">The shape of a width, or null where that width has none.</param>
/// <param name="clips">It learns from clips; else from still images.</param>
public sealed class VisionFamily<TOptions>(string name, Func<int, TOptions, ImageInfo, VisionShape?> at, bool clips = false) : ModelFamily
    where TOptions : VisionOptions, new()
{
    public override string Name => name;

    public override ModelOptions Defaults { get; } = new TOptions();

    public override string Unit => clips ? "clips" : "images";

    public override string? Obstacle(ModelOptions options, CorpusInfo corpus) => corpus.Images switch
    {
        null => $"model '{name}' trains on {Unit}; {corpus.Origin} holds tokens",
        { Frames: var frames } when frames > 1 != clips => $"model '{name}' trains on {Unit}; {corpus.Origin} holds {corpus.Unit}",
        { Size: var size } when size % ((TOptions)options).Patch != 0 => $"patches of {((TOptions)options).Patch} pixels do not divide images of {size}",
        _ => null,
    };

    public override ModelShape Solve(double target, ModelOptions options, CorpusInfo corpus) =>
        SizeDial.Nearest(target, width => at(width, (TOptions)options, corpus.Images!), $"no width can be cut into {((TOptions)options).Heads} heads", finer: 2);
}

/// <summary>How the encoder's layout follows from its width.</summary>
internal static class VisionRecipe
{
    /// <summary>Depth ∝ width^0.6: 2 at 32, 3 at 64, 6 at 192, 13 at 768.</summary>
    public static int Depth(int width, VisionOptions options) => options.Depth ?? Math.Max(2, (int)Math.Round(Math.Pow(width, 0.6) / 4));

    /// <summary>Null where the heads do not divide the width, or the width is no multiple of 4, which two-dimensional positions need.</summary>
    public static int? Heads(int width, VisionOptions options)
    {
        var heads = options.Heads ?? SizeDial.Heads(width);
        return width % heads == 0 && width % 4 == 0 ? heads : null;
    }

    /// <summary>Heads of what is trained beside the encoder, whose width is an option too.</summary>
    /// <param name="part">For errors: <c>decoder</c>.</param>
    /// <param name="width">Of it.</param>
    /// <param name="wanted">Heads; else they follow from the width.</param>
    /// <exception cref="InputException">The width is no multiple of 4, or the heads do not divide it.</exception>
    public static int Heads(string part, int width, int? wanted)
    {
        if (width % 4 != 0)
        {
            throw new InputException($"a {part} of width {width} is no multiple of 4");
        }

        var heads = wanted ?? SizeDial.Heads(width);
        return width % heads == 0 ? heads : throw new InputException($"a {part} of width {width} cannot be cut into {heads} heads");
    }
}
