using System.CommandLine;
using ScaleLab.Analysis.Data;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

/// <summary>The options that say what the columns of a CSV mean; every verb that reads one takes them.</summary>
internal sealed class ColumnArguments
{
    private readonly Option<string?> _n = Column("--n", "Column of the parameter count");
    private readonly Option<string?> _d = Column("--d", "Column of the tokens");
    private readonly Option<string?> _c = Column("--c", "Column of the FLOPs; where it or one of N and D is missing, C = 6ND");
    private readonly Option<string?> _loss = Column("--loss", "Column of the loss; 1-COL for a score that rises to 1");
    private readonly Option<string[]> _cluster = Many("--cluster", "COL", "Rows with equal values share noise and are resampled together (default: trunk and seed, else each row)");
    private readonly Option<string[]> _where = Many("--where", "COL=VALUE", "Only these rows; values of one column are alternatives");
    private readonly Option<string[]> _exclude = Many("--exclude", "COL=VALUE", "Not these rows");
    private readonly Option<string[]> _bestOver = Many("--best-over", "COL", "Of rows with equal N, D and seed only the one with the least loss, whatever COL is");

    public IReadOnlyList<Option> Options => [_n, _d, _c, _loss, _cluster, _where, _exclude, _bestOver];

    public ColumnOptions Read(ParseResult parse) => new()
    {
        N = parse.GetValue(_n),
        D = parse.GetValue(_d),
        C = parse.GetValue(_c),
        Loss = parse.GetValue(_loss),
        Cluster = parse.GetValue(_cluster) ?? [],
        Where = parse.GetValue(_where) ?? [],
        Exclude = parse.GetValue(_exclude) ?? [],
        BestOver = parse.GetValue(_bestOver) ?? [],
    };

    /// <exception cref="InputException">One is given, where the columns are known.</exception>
    public void RefuseIn(ParseResult parse)
    {
        if (Options.FirstOrDefault(o => parse.GetResult(o) is { Implicit: false }) is { } given)
        {
            throw new InputException($"{given.Name} is for a CSV; a sweep's folder is drawn from the fit that lies in it: draw its results.csv instead");
        }
    }

    private static Option<string?> Column(string name, string description) => new(name) { Description = description, HelpName = "COL" };

    private static Option<string[]> Many(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
