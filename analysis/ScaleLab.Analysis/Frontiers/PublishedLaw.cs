using System.Collections.Immutable;
using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>A law that others fitted to their runs, unrounded where its source allows.</summary>
/// <param name="Name">As on the command line: <c>hoffmann</c>.</param>
/// <param name="Source">Paper, and how its numbers were read.</param>
public sealed record PublishedLaw(string Name, string Source)
{
    private const double PetaflopDay = 8.64e19;

    // The 240 runs that Besiroglu et al. read off figure 4; the smaller and larger ones of the paper are not in it.
    private static readonly DataRange Chinchilla = new(new(57.3e6, 16.2e9), new(0.819e9, 318e9), new(1.4e18, 1.3e22), new(2.08, 3.41));

    public static readonly IReadOnlyList<PublishedLaw> All =
    [
        new("kaplan", "Kaplan et al. 2020, arXiv:2001.08361, eq. 1.5; N without embeddings") { Surface = new(ScalingLaw.Of("kaplan"), [6.4e13, 1.8e13, 0.076, 0.103]) },
        new("kaplan_compute", "Kaplan et al. 2020, arXiv:2001.08361, section 6: N = 1.3e9 C^0.73, D = 2e10 C^0.27, C in petaflop/s-days; N without embeddings")
        {
            Lines = new(new(1.3e9 * Math.Pow(PetaflopDay, -0.73), 0.73), new(2e10 * Math.Pow(PetaflopDay, -0.27), 0.27)),
        },
        new("hoffmann_1", "Hoffmann et al. 2022, arXiv:2203.15556, approach 1: the lines through table 3 from 1B to 10T parameters") { Lines = Between(1.21e20, 20.2e9, 1.30e28, 216.2e12) },
        new("hoffmann_2", "Hoffmann et al. 2022, arXiv:2203.15556, approach 2: the lines through table A3 from 1B to 10T parameters") { Lines = Between(1.20e20, 20.0e9, 1.75e28, 292.0e12) },
        new("hoffmann", "Hoffmann et al. 2022, arXiv:2203.15556, approach 3; unrounded from the paper's TeX source") { Surface = Additive([1.693373, 406.4034, 410.7228, 0.33917084, 0.2849083]), Range = Chinchilla },
        new("epoch", "Besiroglu et al. 2024, arXiv:2404.10102: a refit of Hoffmann et al.'s runs, read off their figure 4") { Surface = Additive([1.81686, 482.00572, 2085.4342, 0.34781, 0.36585]), Range = Chinchilla },
        new("muennighoff", "Muennighoff et al. 2023, arXiv:2305.16264: C4, tokens that may be repeated; unrounded from the authors' repository (huggingface/datablations)")
        {
            Surface = new(ScalingLaw.Of("data_constrained"), [Math.Exp(0.6254804), Math.Exp(6.255414), Math.Exp(7.3049974), 0.3526596, 0.3526596, 15.387756, 5.309743]),
        },
        new("deepseek", "DeepSeek-AI 2024, arXiv:2401.02954, section 3.2: M = 0.1715 C^0.5243 FLOPs a token, D = 5.8316 C^0.4757; N is M/6 here") { Lines = new(new(0.1715 / 6, 0.5243), new(5.8316, 0.4757)) },
        new("porian", "Porian et al. 2024, arXiv:2406.19146: RefinedWeb, tuned, head counted; a regression on their 12 isoFLOP minima") { Lines = LineFrontier.OfN(new(0.118926, 0.496895)), Range = new(new(12.5e6, 535e6), new(166e6, 7.98e9), new(1.25e16, 2.56e19), new(3.09, 4.54)) },
        new("llama_3", "Dubey et al. 2024, arXiv:2407.21783, section 3.2.1: D = 0.29 C^0.53 there, 0.299 C^0.537 in figure 3") { Lines = LineFrontier.OfD(new(0.299, 0.537)) },
    ];

    /// <summary>The law with its constants; null where the source gives N* and D* alone.</summary>
    public LossSurface? Surface { get; private init; }

    /// <summary>Of the runs behind it; null where the source does not say.</summary>
    public DataRange? Range { get; private init; }

    /// <summary>Where N and D are best.</summary>
    public Frontier Frontier => Lines ?? Surface!.Frontier()!;

    private LineFrontier? Lines { get; init; }

    /// <exception cref="InputException">No published law has that name.</exception>
    public static PublishedLaw Of(string name)
    {
        var names = All.Select(law => law.Name).ToList();
        return All.FirstOrDefault(law => law.Name == name)
            ?? throw new InputException($"unknown published law '{name}'{Suggestion.For(name, names)} (known: {string.Join(", ", names)})");
    }

    private static LossSurface Additive(ImmutableArray<double> parameters) => new(ScalingLaw.Of("chinchilla"), parameters);

    // Tables give FLOPs and tokens; their sizes follow by C = 6·N·D.
    private static LineFrontier Between(double flops, double tokens, double moreFlops, double moreTokens) => LineFrontier.OfD(PowerLine.Through([(flops, tokens), (moreFlops, moreTokens)]));
}
