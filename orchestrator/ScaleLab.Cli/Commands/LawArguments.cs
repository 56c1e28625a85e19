using System.CommandLine;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

/// <summary>Where a frontier comes from: a fit of one's own, or a published law.</summary>
internal sealed class LawArguments
{
    public Argument<string?> Fit { get; } = new("FIT") { Description = "A fit.json", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Law { get; } = new("--law") { Description = $"A published law: {string.Join(", ", PublishedLaw.All.Select(law => law.Name))}", HelpName = "NAME" };

    public Option<double?> UniqueTokens { get; } = Numbers.Option("--unique-tokens", "Different tokens that there are, for a law that knows of repeated ones (data_constrained, muennighoff)");

    /// <param name="parse">The command line.</param>
    /// <param name="within">The share of the loss that a size near the best one may lose; null for the usual one.</param>
    public Allocator Read(ParseResult parse, double? within) => Read(parse) is var allocator && within is { } share ? allocator.Within(share) : allocator;

    public Allocator Read(ParseResult parse) => (parse.GetValue(Fit), parse.GetValue(Law), parse.GetValue(UniqueTokens)) switch
    {
        ({ } file, null, null) => new Allocator(FitFile.Read(file)),
        ({ } file, null, { } unique) => new Allocator(FitFile.Read(file), unique),
        (null, { } name, null) => new Allocator(PublishedLaw.Of(name)),
        (null, { } name, { } unique) => new Allocator(PublishedLaw.Of(name), unique),
        _ => throw new InputException("give either a fit.json or --law NAME"),
    };
}
