using System.Text;

namespace ScaleLab.Analysis.Reports;

/// <summary>Plain text, as in the HTML report, for LaTeX: what means something there is escaped, what has a name there gets it.</summary>
internal static class LatexText
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇ";
    private const string Superscripted = "0123456789-ab";

    private static readonly Dictionary<char, string> Text = new()
    {
        ['\\'] = "\\textbackslash{}",
        ['{'] = "\\{",
        ['}'] = "\\}",
        ['$'] = "\\$",
        ['&'] = "\\&",
        ['#'] = "\\#",
        ['%'] = "\\%",
        ['_'] = "\\_",
        ['~'] = "\\textasciitilde{}",
        ['<'] = "$<$",
        ['>'] = "$>$",
        ['|'] = "$|$",
        ['"'] = "''",
        ['–'] = "--",
        ['…'] = "\\dots{}",
        ['’'] = "'",
        ['“'] = "``",
        ['”'] = "''",
        ['\u00a0'] = "~",
        ['\n'] = " ",
    };

    private static readonly Dictionary<char, string> Symbols = new()
    {
        ['α'] = "\\alpha",
        ['β'] = "\\beta",
        ['γ'] = "\\gamma",
        ['δ'] = "\\delta",
        ['χ'] = "\\chi",
        ['ρ'] = "\\rho",
        ['×'] = "\\times",
        ['·'] = "\\cdot",
        ['±'] = "\\pm",
        ['−'] = "-",
        ['∝'] = "\\propto",
        ['∞'] = "\\infty",
        ['≥'] = "\\geq",
        ['≤'] = "\\leq",
        ['′'] = "'",
        ['*'] = "^{*}",
    };

    /// <returns>ASCII; a sign without a name becomes a question mark.</returns>
    public static string Of(string text)
    {
        var latex = new StringBuilder();
        var math = false;
        void Mode(bool wanted)
        {
            latex.Append(math == wanted ? "" : "$");
            math = wanted;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (Symbols.TryGetValue(text[i], out var symbol))
            {
                Mode(true);
                latex.Append(symbol).Append(symbol[0] == '\\' ? " " : "");
            }
            else if (text[i] == '^')
            {
                // A power of a formula: N^alpha.
                var power = string.Concat(text.Skip(i + 1).TakeWhile(char.IsAsciiLetterOrDigit));
                Mode(true);
                latex.Append("^{").Append(power is "alpha" or "beta" or "gamma" ? "\\" : "").Append(power).Append('}');
                i += power.Length;
            }
            else if (Superscripts.Contains(text[i], StringComparison.Ordinal))
            {
                Mode(true);
                latex.Append("^{");
                for (; i < text.Length && Superscripts.IndexOf(text[i], StringComparison.Ordinal) is var at and >= 0; i++)
                {
                    latex.Append(Superscripted[at]);
                }

                latex.Append('}');
                i--;
            }
            else
            {
                Mode(false);
                latex.Append(Text.TryGetValue(text[i], out var escaped) ? escaped : text[i] is >= ' ' and <= '~' ? text[i] : '?');
            }
        }

        Mode(false);
        return latex.ToString();
    }
}
