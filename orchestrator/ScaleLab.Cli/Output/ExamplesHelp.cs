using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ScaleLab.Cli.Commands;

namespace ScaleLab.Cli.Output;

/// <summary>The library's help, then examples: a verb's own, those of a verb's part, or the first of every verb.</summary>
internal sealed class ExamplesHelp(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public static void Install(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExamplesHelp((SynchronousCommandLineAction)option.Action!);
    }

    // As the library's own: asking for help is never an error.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in Examples(parseResult.CommandResult.Command))
        {
            output.WriteLine($"  {example}");
        }

        return code;
    }

    private static IEnumerable<string> Examples(Command command) => command switch
    {
        Verb verb => verb.Examples,
        RootCommand root => root.Subcommands.OfType<Verb>().Select(verb => verb.Examples[0]),
        _ => command.Parents.OfType<Verb>().SelectMany(verb => verb.Examples).Where(example => example.Split(' ').Contains(command.Name)),
    };
}
