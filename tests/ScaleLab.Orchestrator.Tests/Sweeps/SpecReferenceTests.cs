using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class SpecReferenceTests
{
    private const string Begin = "<!-- generated from the code by SpecReferenceTests -->\n\n";

    public static TheoryData<string> ShippedSweeps =>
        [.. Directory.EnumerateFiles(Golden.RepositoryFile("sweeps"), "*.yaml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_schema_for_editors_follows_the_types() => Golden.CheckFile("sweeps/sweep.schema.json", SpecReference.Schema());

    [Fact]
    public void The_reference_of_the_spec_follows_the_doc_comments()
    {
        var page = File.ReadAllText(Golden.RepositoryFile("docs/sweeps.md"));
        Assert.Contains(Begin, page, StringComparison.Ordinal);
        Golden.CheckFile("docs/sweeps.md", page.Split(Begin)[0] + Begin + SpecReference.Markdown());
    }

    [Theory]
    [MemberData(nameof(ShippedSweeps))]
    public void Every_sweep_that_ships_can_be_planned(string file)
    {
        var sweep = SweepFile.Read(Golden.RepositoryFile(Path.Combine("sweeps", file)));
        var plan = Planner.Plan(sweep, Sample.Corpus with { TrainTokens = 100_000_000_000 }, MathPath.Exact, "0.1.0");
        Assert.Equal(Path.GetFileNameWithoutExtension(file), plan.Name);
        Assert.Contains("$schema=./sweep.schema.json", sweep.Text.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_sweep_in_the_documentation_can_be_planned()
    {
        var example = File.ReadAllText(Golden.RepositoryFile("docs/sweeps.md")).Split("```yaml\n")[1].Split("```")[0];
        Assert.NotEmpty(Sample.PlanText(example).Runs);
    }
}
