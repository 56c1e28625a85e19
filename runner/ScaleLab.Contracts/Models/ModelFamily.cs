using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>A family of models that one number, the size, tells apart: what the sweep spec calls <c>model</c>.</summary>
public abstract class ModelFamily
{
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        new LanguageModelFamily(),
        new VisionFamily<MaeOptions>(MaeShape.FamilyName, MaeShape.At),
        new VisionFamily<VicregOptions>(VicregShape.FamilyName, VicregShape.At),
        new VisionFamily<BarlowTwinsOptions>(BarlowTwinsShape.FamilyName, BarlowTwinsShape.At),
        new VisionFamily<SimClrOptions>(SimClrShape.FamilyName, SimClrShape.At),
        new VisionFamily<ByolOptions>(ByolShape.FamilyName, ByolShape.At),
        new VisionFamily<MocoV3Options>(MocoV3Shape.FamilyName, MocoV3Shape.At),
        new VisionFamily<DinoOptions>(DinoShape.FamilyName, DinoShape.At),
        new VisionFamily<LejepaOptions>(LejepaShape.FamilyName, LejepaShape.At),
        new VisionFamily<BeitOptions>(BeitShape.FamilyName, BeitShape.At),
        new VisionFamily<IjepaOptions>(IjepaShape.FamilyName, IjepaShape.At),
        new VisionFamily<VjepaOptions>(VjepaShape.FamilyName, VjepaShape.At, clips: true),
    ];

    public abstract string Name { get; }

    /// <summary>The options of a spec that sets none.</summary>
    public abstract ModelOptions Defaults { get; }

    /// <summary>What D counts: <c>tokens</c>, <c>images</c> or <c>clips</c>.</summary>
    public abstract string Unit { get; }

    /// <exception cref="InputException">There is no such family.</exception>
    public static ModelFamily Named(string name) =>
        All.FirstOrDefault(f => f.Name == name) ?? throw new InputException($"model '{name}' is unknown; there is {string.Join(", ", All.Select(f => f.Name))}");

    /// <returns>Why these models cannot train on <paramref name="corpus"/>; null where they can.</returns>
    public abstract string? Obstacle(ModelOptions options, CorpusInfo corpus);

    /// <param name="target">Wanted N.</param>
    /// <param name="options">Of this family.</param>
    /// <param name="corpus">What the model will see; without an <see cref="Obstacle"/>.</param>
    /// <returns>The shape whose N is nearest to <paramref name="target"/> by ratio.</returns>
    /// <exception cref="InputException">No shape comes within 30 % of the target, or the options contradict each other.</exception>
    public abstract ModelShape Solve(double target, ModelOptions options, CorpusInfo corpus);
}
