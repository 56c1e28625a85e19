using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Data;

internal sealed record CsvHeader(string File, string[] Names)
{
    private const int Shown = 20;
    private static readonly string[] Prefixes = ["config_", "summary_"];

    private readonly string[] _plain = [.. Names.Select(Plain)];

    /// <summary>The column that an option names: exactly, else whatever the case.</summary>
    /// <exception cref="InputException">No column, or more than one, has that name.</exception>
    public int Find(string name)
    {
        foreach (var comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            int[] found = [.. Enumerable.Range(0, Names.Length).Where(i => string.Equals(Names[i], name, comparison))];
            if (found.Length > 1)
            {
                throw Error($"{found.Length} columns are named '{name}'");
            }

            if (found.Length == 1)
            {
                return found[0];
            }
        }

        throw Error($"no column '{name}'{Suggestion.For(name, Names)}");
    }

    /// <summary>The first of several customary names that the file uses, in whatever case and with whatever separators; null where it uses none.</summary>
    /// <exception cref="InputException">More than one column has that name.</exception>
    public int? FindAny(params string[] names)
    {
        var known = names.FirstOrDefault(_plain.Contains);
        if (known is null)
        {
            return null;
        }

        var count = _plain.Count(name => name == known);
        return count == 1 ? Array.IndexOf(_plain, known) : throw Error($"{count} columns are named '{known}'");
    }

    public InputException Error(string message) =>
        new(File, 1, 1, $"{message} (columns: {string.Join(", ", Names.Take(Shown))}{(Names.Length > Shown ? ", …" : "")})");

    // W&B writes eval/loss and model.n_params, its API config.lr and summary.loss.
    private static string Plain(string name)
    {
        var plain = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
        return Prefixes.FirstOrDefault(p => plain.StartsWith(p, StringComparison.Ordinal)) is { } prefix ? plain[prefix.Length..] : plain;
    }
}
