using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class SpecReferenceTests
{
    private const string Begin = "<!-- generated from the code by SpecReferenceTests -->\n\n";

    [Fact]
    public void The_schema_for_editors_follows_the_types() => Golden.CheckFile("sweeps/sweep.schema.json", SpecReference.Schema());

    [Fact]
    public void The_reference_of_the_spec_follows_the_doc_comments()
    {
        var page = File.ReadAllText(Golden.RepositoryFile("docs/sweeps.md"));
        Assert.Contains(Begin, page, StringComparison.Ordinal);
        Golden.CheckFile("docs/sweeps.md", page.Split(Begin)[0] + Begin + SpecReference.Markdown());
    }

    [Fact]
    public void The_sweep_in_the_documentation_can_be_planned()
    {
        var example = File.ReadAllText(Golden.RepositoryFile("docs/sweeps.md")).Split("```yaml\n")[1].Split("```")[0];
        Assert.NotEmpty(Sample.PlanText(example).Runs);
    }
}
