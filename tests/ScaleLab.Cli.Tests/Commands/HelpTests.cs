using System.CommandLine;
using ScaleLab.Cli.Commands;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class HelpTests
{
    private static readonly RootCommand Root = CommandLine.Root(TextWriter.Null, TextWriter.Null);

    /// <summary>Every command, as one types it.</summary>
    public static TheoryData<string> AllCommands => [.. Under(Root, "")];

    public static TheoryData<string> AllExamples => [.. Root.Subcommands.Cast<Verb>().SelectMany(v => v.Examples)];

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task Every_help_ends_with_an_example(string command)
    {
        var result = await Scalelab.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:", lines);
        Assert.StartsWith($"  scalelab {command}", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllExamples))]
    public void Every_example_is_understood(string example)
    {
        var words = example.Split(' ');
        Assert.Equal("scalelab", words[0]);
        Assert.Empty(Root.Parse(words[1..]).Errors);
    }

    private static IEnumerable<string> Under(Command command, string path) =>
        command.Subcommands.SelectMany(c => Under(c, $"{path} {c.Name}".Trim())).Prepend(path);
}
