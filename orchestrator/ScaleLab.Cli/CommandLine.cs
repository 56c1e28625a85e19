using System.CommandLine;
using ScaleLab.Cli.Commands;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Corpora;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Cli;

/// <summary>The verbs of <c>scalelab</c>, its exit codes, and the one place where an exception becomes a line of text.</summary>
internal static class CommandLine
{
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="output">Takes the answer, and nothing else.</param>
    /// <param name="error">Takes progress, logs and errors.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Print stack traces with errors", Recursive = true };
        var root = Root(output, error);
        root.Add(verbose);
        var parse = root.Parse(args);
        if (parse.Errors.Count > 0)
        {
            // The library puts allowed values on lines of their own.
            await error.WriteLineAsync($"error: {string.Join(' ', parse.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are for the sweep to answer: checkpoints take longer than any fixed time-out.
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error });
        }
        catch (Exception e)
        {
            await error.WriteLineAsync($"error: {(parse.GetValue(verbose) ? e.ToString() : e.Message)}");
            return e switch
            {
                InputException => ExitCode.Usage,
                OperationCanceledException => ExitCode.Interrupted,
                _ => ExitCode.Unexpected,
            };
        }
    }

    internal static RootCommand Root(TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Scaling laws from a sweep file: plan, run, fit, allocate, report.");
        ExamplesHelp.Install(root);
        foreach (var command in Commands(output, error))
        {
            root.Add(command);
        }

        return root;
    }

    private static IEnumerable<Verb> Commands(TextWriter output, TextWriter error) =>
    [
        new PlanCommand(output, Prepare(error), DeviceClient.ListAsync),
        new RunCommand(output, error, Prepare(error), DeviceClient.ListAsync),
        new StatusCommand(output),
        new CancelCommand(output, error),
        new CollectCommand(output),
        new DataCommand(output, CorpusStore.Default, Prepare(error)),
        new FitCommand(output),
        new FrontierCommand(output),
        new AllocateCommand(output),
        new PlotCommand(output, error),
        new ReportCommand(output),
        new CompareCommand(output, error),
        new DoctorCommand(output),
    ];

    private static Func<DataSpec, CancellationToken, Task<CorpusInfo>> Prepare(TextWriter error) =>
        (data, cancellation) => CorpusClient.PrepareAsync(data, error, cancellation);
}
