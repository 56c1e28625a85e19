using System.Collections.Immutable;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>A law that others fitted to their runs, unrounded where its source allows.</summary>
/// <param name="Name">As on the command line: <c>hoffmann</c>.</param>
/// <param name="Surface">The law with its constants.</param>
/// <param name="Source">Paper, and how its numbers were read.</param>
public sealed record PublishedLaw(string Name, LossSurface Surface, string Source)
{
    // The 240 runs that Besiroglu et al. read off figure 4; the smaller and larger ones of the paper are not in it.
    private static readonly DataRange Chinchilla = new(new(57.3e6, 16.2e9), new(0.819e9, 318e9), new(1.4e18, 1.3e22), new(2.08, 3.41));

    public static readonly IReadOnlyList<PublishedLaw> All =
    [
        new("hoffmann", Additive([1.693373, 406.4034, 410.7228, 0.33917084, 0.2849083]), "Hoffmann et al. 2022, arXiv:2203.15556, approach 3; unrounded from the paper's TeX source") { Range = Chinchilla },
        new("epoch", Additive([1.81686, 482.00572, 2085.4342, 0.34781, 0.36585]), "Besiroglu et al. 2024, arXiv:2404.10102: a refit of Hoffmann et al.'s runs, read off their figure 4") { Range = Chinchilla },
        new("kaplan", new(ScalingLaw.Of("kaplan"), [6.4e13, 1.8e13, 0.076, 0.103]), "Kaplan et al. 2020, arXiv:2001.08361, eq. 1.5; N without embeddings"),
        new("muennighoff", new(ScalingLaw.Of("data_constrained"), [1.87, 521, 1488, 0.35266, 0.35266, 15.39, 5.31]), "Muennighoff et al. 2023, arXiv:2305.16264: C4, tokens that may be repeated"),
    ];

    private static LossSurface Additive(ImmutableArray<double> parameters) => new(ScalingLaw.Of("chinchilla"), parameters);

    /// <summary>Of the runs behind it; null where the source does not say.</summary>
    public DataRange? Range { get; init; }

    /// <exception cref="InputException">No published law has that name.</exception>
    public static PublishedLaw Of(string name)
    {
        var names = All.Select(law => law.Name).ToList();
        return All.FirstOrDefault(law => law.Name == name)
            ?? throw new InputException($"unknown published law '{name}'{Suggestion.For(name, names)} (known: {string.Join(", ", names)})");
    }
}
