using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Data;

internal sealed record CsvHeader(string File, string[] Names)
{
    private const int Shown = 20;

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

    /// <summary>The first of several customary names that the file uses; null where it uses none.</summary>
    public int? FindAny(params string[] names)
    {
        var known = names.FirstOrDefault(name => Names.Contains(name, StringComparer.OrdinalIgnoreCase));
        return known is null ? null : Find(known);
    }

    public InputException Error(string message) =>
        new(File, 1, 1, $"{message} (columns: {string.Join(", ", Names.Take(Shown))}{(Names.Length > Shown ? ", …" : "")})");
}
