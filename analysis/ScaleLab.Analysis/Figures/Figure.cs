using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Figures;

/// <summary>One figure. Its value is what it plots, in the units of its axes; how that is drawn is the house's style.</summary>
public abstract record Figure
{
    /// <summary>Of its files: <c>loss-against-compute</c>.</summary>
    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>What is to be seen, for a reader who has only the figure.</summary>
    public abstract string Caption { get; }

    /// <summary>Why there is less to see than the title promises, or nothing; empty where all is there.</summary>
    public string Note { get; init; } = "";

    /// <summary>The files of a sweep that hold what is plotted.</summary>
    public virtual IReadOnlyList<string> Files => ["results.csv", "fit.json"];

    /// <summary>A page wide even in a column.</summary>
    public virtual bool IsWide => false;

    /// <summary>There is nothing to draw; <see cref="Note"/> says why.</summary>
    public abstract bool IsEmpty { get; }

    internal abstract Sheet Draw(Look look);

    internal static string Refusal(Fit fit)
    {
        var reason = fit.Diagnostics.Reason ?? Allocator.NoFrontier;
        return $"{(fit.Surface is null ? "No law" : "No frontier")}: {reason}{(reason.EndsWith('.') ? "" : ".")}";
    }

    internal static string Wrap(string text, int width = 52)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length >= width)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length > 0 ? $" {word}" : word;
        }

        return string.Join('\n', lines.Count > 6 ? [.. lines[..6], "…"] : lines);
    }
}
