using System.Text.Json;
using System.Text.RegularExpressions;
using ScaleLab.Tests;

namespace ScaleLab.Contracts.Tests.Documentation;

public sealed partial class PagesTests
{
    private static readonly string Root = Golden.RepositoryFile("");

    public static TheoryData<string> AllPages =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> ShippedProjects =>
        ["analysis/ScaleLab.Analysis", "orchestrator/ScaleLab.Cli", "orchestrator/ScaleLab.Orchestrator", "runner/ScaleLab.Contracts", "runner/ScaleLab.Runner"];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Every_relative_link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var broken = Link().Matches(File.ReadAllText(Path.Combine(Root, page)))
            .Select(m => m.Groups[1].Value.Split('#')[0])
            .Where(to => to.Length > 0 && !to.Contains("://", StringComparison.Ordinal) && !to.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(to => !Path.Exists(Path.Combine(folder, to)));
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(ShippedProjects))]
    public void Every_package_that_ships_is_in_the_notices(string project)
    {
        var notices = File.ReadAllLines(Path.Combine(Root, "THIRD-PARTY-NOTICES.md"));
        using var locks = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, project, "packages.lock.json")));
        var packages = locks.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(f => f.Value.EnumerateObject())
            .Where(p => p.Value.GetProperty("type").GetString() != "Project")
            .Select(p => $"| {p.Name} | {p.Value.GetProperty("resolved").GetString()} | ")
            .Distinct();
        Assert.All(packages, p => Assert.Contains(notices, line => line.StartsWith(p, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
