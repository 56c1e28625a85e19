using System.Text.Json;
using System.Text.RegularExpressions;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Reports;
using ScaleLab.Analysis.Tests.Figures;
using ScaleLab.Analysis.Tests.Fitting;

namespace ScaleLab.Analysis.Tests.Reports;

public sealed partial class ReportTests
{
    private const string Hostile = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;\n</style>";

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        ReportWriter.Write(Input(), first.Path);
        ReportWriter.Write(Input(), second.Path);
        foreach (var file in Directory.GetFiles(first.Path, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second.Path, Path.GetRelativePath(first.Path, file))));
        }

        Assert.Equal(24, Directory.GetFiles(second.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Whatever_things_are_called_no_markup_comes_of_it()
    {
        var fit = SyntheticSweep.Fit() with
        {
            Flagged = [new(Hostile, FlagKind.Outlying, Hostile)],
            Diagnostics = SyntheticSweep.Fit().Diagnostics with { Warnings = [Hostile], ClusterRule = Hostile, Reason = Hostile },
        };
        var table = Table([.. SyntheticSweep.Observations, SyntheticSweep.Observations[0] with { Run = Hostile }], [new(Hostile, 3, Hostile)]);
        var page = Page(Input() with
        {
            Title = Hostile,
            Analysis = new(table with { Source = Hostile }, fit, [SyntheticSweep.Refused with { Law = Hostile, Diagnostics = new() { Reason = Hostile } }]),
            LeftOut = [new("x", Hostile)],
            Unit = Hostile,
            Spec = Hostile,
            Command = Hostile,
            Version = Hostile,
            Facts = [new(Hostile, Hostile)],
        });
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "</style>"));
        Assert.Equal(2, Regex.Count(page, "<script type=\"application/json\""));
        Assert.Equal(2, Regex.Count(page, "</script>"));
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("could not be made", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_asks_no_other_file_and_runs_no_script()
    {
        var page = Page(Input());
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.All(Regex.Matches(page, "url\\(([^)]{1,8})"), m => Assert.StartsWith("#", m.Groups[1].Value));
        Assert.All(Regex.Matches(page, "https?://[^\"< ]+"), m => Assert.StartsWith("http://www.w3.org/", m.Value));
        Assert.All(Regex.Matches(page, "<script[^>]*>"), m => Assert.Contains("application/json", m.Value, StringComparison.Ordinal));
        Assert.Contains("Content-Security-Policy", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fit_stands_in_it_as_json_that_reads_back()
    {
        var json = JsonBlock().Match(Page(Input())).Groups[1].Value;
        using var fit = JsonDocument.Parse(json);
        Assert.Equal("chinchilla", fit.RootElement.GetProperty("law").GetString());
        Assert.Equal(.34, fit.RootElement.GetProperty("parameters").GetProperty("alpha").GetDouble());
    }

    [Fact]
    public void The_headline_holds_the_law_its_intervals_and_verdicts()
    {
        var text = Text(Page(Input()));
        Assert.Contains("L(N, D) = 1.2 + 60 / N0.34 + 150 / D0.37", text, StringComparison.Ordinal);
        Assert.Contains("a, of N* ∝ Cᵃ 0.521 – 0.480 to 0.560", text, StringComparison.Ordinal);
        Assert.Contains("A is not identified: 60 is the best value", text, StringComparison.Ordinal);
        Assert.Contains("E has no useful lower limit", text, StringComparison.Ordinal);
        Assert.Contains("B has no useful upper limit", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Budgets_go_two_decades_beyond_the_data_and_those_are_marked()
    {
        var range = SyntheticSweep.Fit().Diagnostics.Range!;
        Assert.Equal([1e11, 1e12, 1e13, 1e14, 1e15, 1e16], FrontierSection.Budgets(range));
        var page = Page(Input());
        var rows = Regex.Matches(page, "<tr class=\"apart\">");
        Assert.Equal(3, rows.Count);
        Assert.Contains("extrapolated: 9.78 × the largest run", Text(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_intervals_are_refused_in_words()
    {
        var text = Text(Page(Input() with { Analysis = new(Table(SyntheticSweep.Observations), SyntheticSweep.Fit(intervals: false), []) }));
        Assert.Contains("There are no intervals: 4 clusters (trunk+seed) are too few for a bootstrap; 6 are needed.", text, StringComparison.Ordinal);
        Assert.Contains("a, of N* ∝ Cᵃ 0.521 – –", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_fit_leaves_no_law_and_no_frontier_but_all_runs()
    {
        var text = Text(Page(Input() with { Analysis = new(Table(SyntheticSweep.Observations), SyntheticSweep.Refused, []) }));
        Assert.Contains("No law: 3 observations cannot carry 5 parameters", text, StringComparison.Ordinal);
        Assert.Contains("No frontier: 3 observations cannot carry 5 parameters", text, StringComparison.Ordinal);
        Assert.DoesNotContain("L(N, D) =", text, StringComparison.Ordinal);
        Assert.Contains("lm-n381k-d4M-s0", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_left_out_has_its_reason_and_the_orchestrators_goes_first()
    {
        var table = Table(SyntheticSweep.Observations, [new("run-a", 5, "status failed"), new("run-b", 6, "status diverged")]);
        var text = Text(Page(Input() with { Analysis = new(table, SyntheticSweep.Fit(), []), LeftOut = [new("run-a", "out of memory, twice")] }));
        Assert.Contains("2 rows are not in the fit", text, StringComparison.Ordinal);
        Assert.Contains("run-a out of memory, twice", text, StringComparison.Ordinal);
        Assert.Contains("run-b status diverged", text, StringComparison.Ordinal);
        Assert.DoesNotContain("status failed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_run_is_told()
    {
        var text = Text(Page(Input()));
        Assert.Contains("Command scalelab run sweeps/quick.yaml", text, StringComparison.Ordinal);
        Assert.Contains("ScaleLab 0.1.0+abcdef0", text, StringComparison.Ordinal);
        Assert.Contains("Machine one core", text, StringComparison.Ordinal);
        Assert.Contains("name: synthetic", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("one")]
    [InlineData("nan loss")]
    [InlineData("all alike")]
    [InlineData("beyond a double's reach")]
    [InlineData("law of NaN")]
    [InlineData("no frontier")]
    [InlineData("curves of NaN")]
    [InlineData("long words")]
    public void Odd_data_are_reported(string kind)
    {
        var (fit, run) = (SyntheticSweep.Fit(), SyntheticSweep.Observations[0]);
        var nan = SyntheticSweep.Truth with { Parameters = [double.NaN, 1, 1, 1, 1] };
        var input = Input();
        input = kind switch
        {
            "none" => input with { Analysis = new(Table([]), SyntheticSweep.Refused, []), Rows = [], Curves = [] },
            "one" => input with { Analysis = new(Table([run]), fit, []) },
            "nan loss" => input with { Analysis = new(Table([run with { Loss = double.NaN }, .. SyntheticSweep.Observations]), fit, []) },
            "all alike" => input with { Analysis = new(Table([run, run, run]), fit, []) },
            "beyond a double's reach" => input with { Analysis = new(Table([run with { N = 1e300, D = 1e-300, C = 1e308 }, run with { N = 1e-300, C = 1e-300 }]), fit, []) },
            "law of NaN" => input with { Analysis = input.Analysis with { Fit = fit with { Surface = nan, Frontier = nan.Frontier(), Draws = [nan, nan] } } },
            "no frontier" => input with { Analysis = input.Analysis with { Fit = fit with { Frontier = null, Status = FitStatus.BoundHit } } },
            "curves of NaN" => input with { Curves = [SyntheticSweep.Curves[0] with { TrainLoss = double.NaN, C = double.PositiveInfinity }, SyntheticSweep.Curves[1] with { C = -1 }] },
            _ => input with { Title = new string('w', 3000), Analysis = input.Analysis with { Fit = SyntheticSweep.Refused with { Diagnostics = new() { Reason = new string('w', 3000) } } } },
        };
        var page = Page(input);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        Assert.Contains("id=\"figures\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"runs\"", page, StringComparison.Ordinal);
    }

    public static readonly TheoryData<string> Laws = [.. Synthetic.Laws.Keys, AutoFit.Name];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Every_law_is_written_out_with_its_numbers(string law)
    {
        var table = Synthetic.Grid(Synthetic.Laws.GetValueOrDefault(law, Synthetic.Chinchilla), noise: RecoveryTests.Noise(0.004, 61));
        var options = new FitOptions { Bootstrap = 100 };
        var fit = law == AutoFit.Name ? AutoFit.Run(table, options) : ParametricFit.Run(table, ScalingLaw.Of(law), options);
        var page = Page(Input() with { Analysis = new(table, fit, []), Rows = [], Curves = [] });
        Assert.DoesNotContain("could not be made", page, StringComparison.Ordinal);
        var formula = Regex.Match(page, "<p class=\"law\">(.*?)</p>").Groups[1].Value;
        Assert.All(fit.Parameters.Values, value => Assert.Contains(ReportNumber.Of(value), formula, StringComparison.Ordinal));
        Assert.InRange(Regex.Count(page, "</svg>"), 3, 8);
    }

    [Fact]
    public void Where_the_least_possible_loss_is_known_the_page_says_whether_the_law_finds_it()
    {
        var table = Table([.. SyntheticSweep.Observations.Select(o => o with { Floor = 1.19 })]);
        var fit = SyntheticSweep.Fit() with { Intervals = new(.95, "pairs", 8) { Bounds = new Dictionary<string, Interval> { ["E"] = new(1.1, 1.25) } } };
        var page = Page(Input() with { Analysis = new(table, fit, []) });
        Assert.Contains("The least possible loss is known here: 1.19 on these held-out samples. E = 1.2 misses it by +0.8 %; its 95 % interval, 1.1 to 1.25 (±6.3 %), holds it.", Text(page), StringComparison.Ordinal);
        Assert.Contains("The line at 1.19 is what the process", Text(page), StringComparison.Ordinal);
        Assert.DoesNotContain("least possible", Text(Page(Input())), StringComparison.Ordinal);
    }

    private static ReportInput Input() => new()
    {
        Title = "synthetic",
        Analysis = new(Table(SyntheticSweep.Observations), SyntheticSweep.Fit(), []),
        Rows = SyntheticSweep.Rows,
        Sizes = SyntheticSweep.TrunkSizes,
        Curves = SyntheticSweep.Curves,
        Spec = "name: synthetic\n",
        Command = "scalelab run sweeps/quick.yaml",
        Version = "0.1.0+abcdef0",
        Facts = [new("Machine", "one core")],
    };

    private static ObservationTable Table(IReadOnlyList<Observation> observations, IReadOnlyList<LeftOutRow>? leftOut = null) =>
        new("results.csv", observations, leftOut ?? [], "trunk+seed");

    private static string Page(ReportInput input)
    {
        using var folder = new TemporaryFolder();
        return File.ReadAllText(ReportWriter.Write(input, folder.Path).Html);
    }

    private static string Text(string page) =>
        Regex.Replace(System.Net.WebUtility.HtmlDecode(Regex.Replace(Regex.Replace(page, "</t[dh]>|</d[td]>|</tr>|</p>|</li>", " "), "<[^>]+>", "")), "\\s+", " ");

    [GeneratedRegex("<script type=\"application/json\" id=\"fit-chinchilla\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
