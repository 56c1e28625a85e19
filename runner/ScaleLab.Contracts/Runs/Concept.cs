namespace ScaleLab.Contracts.Runs;

/// <summary>A difference in meaning that many pairs of words share: male and female, singular and plural.</summary>
/// <param name="Name">For people.</param>
/// <param name="Pairs">Two or more.</param>
public sealed record Concept(string Name, IReadOnlyList<(string From, string To)> Pairs)
{
    /// <param name="line"><c>NAME FROM/TO FROM/TO …</c>.</param>
    /// <exception cref="InputException">It is none.</exception>
    public static Concept Parse(string line)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var pairs = words.Skip(1).Select(w => w.Split('/') is [{ Length: > 0 } from, { Length: > 0 } to] && from != to
            ? (from, to)
            : throw new InputException($"'{w}' is no pair of different words; write FROM/TO, such as king/queen")).ToList();
        return pairs.Count >= 2 ? new Concept(words[0], pairs) : throw new InputException($"'{line}' is no concept: write its name and two pairs or more, such as gender king/queen man/woman");
    }
}
