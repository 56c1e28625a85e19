using ScaleLab.Analysis.Reports;
using ScaleLab.Analysis.Tests.Figures;
using ScaleLab.Tests;

namespace ScaleLab.Analysis.Tests.Reports;

public sealed class PaperTableTests
{
    [Theory]
    [InlineData("markdown", "synthetic-tables.md")]
    [InlineData("latex", "synthetic-tables.tex")]
    public void Tables_of_a_fit_are_what_was_accepted(string format, string golden) =>
        Golden.Check(golden, PaperTables.Write(SyntheticSweep.Fit(), "tokens", format));

    [Theory]
    [InlineData("50 % of N_c & {x}", "50 \\% of N\\_c \\& \\{x\\}")]
    [InlineData("1.21×10⁻⁷", "1.21$\\times $10$^{-7}$")]
    [InlineData("N* ∝ Cᵃ", "N$^{*}$ $\\propto $ C$^{a}$")]
    [InlineData("α = −0.5", "$\\alpha $ = $-$0.5")]
    [InlineData("a\\b ~ <c>", "a\\textbackslash{}b \\textasciitilde{} $<$c$>$")]
    [InlineData("A/N^alpha + (x)^2", "A/N$^{\\alpha}$ + (x)$^{2}$")]
    [InlineData("日", "?")]
    public void Text_is_written_as_latex_wants_it(string text, string latex) => Assert.Equal(latex, LatexText.Of(text));

    [Fact]
    public void Nothing_of_a_name_becomes_markup()
    {
        var table = new ReportTable("run", "#loss") { Caption = "a | b" };
        table.Add("x|y\nz <b>", "1_2");
        Assert.Equal("| run | loss |\n| --- | ---: |\n| x\\|y z &lt;b> | 1\\_2 |\n\na \\| b\n", table.ToMarkdown());
        Assert.Contains("x$|$y z $<$b$>$ & 1\\_2 \\\\\n", table.ToLatex("t"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_without_a_cell_is_not_printed()
    {
        var table = new ReportTable("a", "#b", "c");
        table.Add("1", "", "3");
        Assert.Contains("{@{}ll@{}}\n\\toprule\na & c \\\\\n", table.ToLatex("t"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_fit_has_no_tables() => Assert.Equal("", PaperTables.Write(SyntheticSweep.Refused, "tokens", "markdown"));
}
