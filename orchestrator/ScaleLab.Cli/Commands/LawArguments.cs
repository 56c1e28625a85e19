using System.CommandLine;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

/// <summary>Where a frontier comes from: a fit of one's own, or a published law.</summary>
internal sealed class LawArguments
{
    public Argument<string?> Fit { get; } = new("FIT") { Description = "A fit.json", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Law { get; } = new("--law") { Description = $"A published law: {string.Join(", ", PublishedLaw.All.Select(law => law.Name))}", HelpName = "NAME" };

    public Allocator Read(ParseResult parse) => (parse.GetValue(Fit), parse.GetValue(Law)) switch
    {
        ({ } file, null) => new Allocator(FitFile.Read(file)),
        (null, { } name) => new Allocator(PublishedLaw.Of(name)),
        _ => throw new InputException("give either a fit.json or --law NAME"),
    };
}
