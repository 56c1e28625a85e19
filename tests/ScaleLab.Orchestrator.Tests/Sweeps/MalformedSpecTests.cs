using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

/// <summary>Each file of the folder <c>Malformed</c> is wrong in one way, and says in its first line what a user should read.</summary>
public sealed class MalformedSpecTests
{
    private const string Folder = "tests/ScaleLab.Orchestrator.Tests/Sweeps/Malformed";

    public static TheoryData<string> Specs => [.. Directory.EnumerateFiles(Golden.RepositoryFile(Folder), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Specs))]
    public void A_wrong_spec_is_told_in_one_line(string name)
    {
        var file = Golden.RepositoryFile($"{Folder}/{name}.yaml");
        var error = Assert.Throws<InputException>(() => Planner.Plan(SweepFile.Read(file), Sample.Corpus, new Target(), "0.1.0"));
        Assert.StartsWith($"{file}:", error.Message, StringComparison.Ordinal);
        Golden.CheckFile($"{Folder}/{name}.yaml", $"# expect: {error.Message[(file.Length + 1)..]}\n{File.ReadAllText(file).Split('\n', 2)[1]}");
    }

    [Fact]
    public void A_relative_path_starts_at_the_folder_of_the_spec()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var error = Assert.Throws<InputException>(() =>
            SweepFile.Parse(Path.Combine(folder, "a.yaml"), "name: a\nmodel: lm\ndata: {source: text, path: ../b.txt}\ngrid: {n: 43k, d: 1M}"));
        Assert.EndsWith($"3:28: there is no {Path.GetFullPath(Path.Combine(folder, "../b.txt"))}", error.Message, StringComparison.Ordinal);
    }

    // Two hundred thousand levels overflow the stack of a reader that descends into them, and that cannot be caught.
    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Two_hundred_thousand_levels_are_an_error_and_no_crash(string level)
    {
        var text = string.Concat(Enumerable.Repeat(level, 200_000));
        var error = Assert.Throws<InputException>(() => Sample.PlanText(text));
        Assert.EndsWith("nested deeper than 16 levels", error.Message, StringComparison.Ordinal);
    }
}
