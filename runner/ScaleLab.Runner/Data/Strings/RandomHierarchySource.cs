using System.Globalization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Strings;

/// <summary>Strings of the random hierarchy model; the start symbol has the id after the last symbol's.</summary>
internal sealed class RandomHierarchySource(RandomHierarchy model, long tokens, int seed) : StringSource(tokens, seed)
{
    public override string Origin => string.Create(
        CultureInfo.InvariantCulture,
        $"random-hierarchy v {model.Symbols}, m {model.Rules}, s {model.Branching}, L {model.Levels}, {model.Classes} classes, seed {Seed}");

    protected override int Vocabulary => model.Symbols + 1;

    protected override int Start => model.Symbols;

    protected override StringsInfo Strings => new()
    {
        Tokens = model.Length + 1,
        Entropies = HierarchyEntropies.ByPosition(model),
        Staircase = HierarchyEntropies.Staircase(model),
    };

    protected override void Draw(ref SplitMix64 random, Span<int> into) => model.Draw(ref random, into);

    protected override double Surprise(ReadOnlySpan<int> text) => model.Entropy;
}
