using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Runner.Serving;

/// <summary><c>scalelab-runner serve</c>: runs come as JSON lines on standard input, events leave on what standard output was. It ends when the input does.</summary>
internal static class ServeCommand
{
    public static int Run(Stream input, Stream output, CorpusStore store, TimeProvider time)
    {
        var commands = Channel.CreateUnbounded<(string Folder, CancellationToken Stop)>();
        using var stop = new StopSignal();

        // A terminal's Ctrl-C reaches the whole process group. The orchestrator decides what it means, and says so on standard input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        var reader = new Thread(() => ReadCommands(input, commands.Writer, stop)) { IsBackground = true, Name = "commands" };
        reader.Start();

        var execution = new RunExecution(store, time, Send);
        Send(new WorkerEvent { Kind = WorkerEventKind.Ready });
        while (commands.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (commands.Reader.TryRead(out var command))
            {
                Send(execution.Execute(command.Folder, command.Stop));
            }
        }

        return 0;

        void Send(WorkerEvent happened)
        {
            output.Write([.. JsonSerializer.SerializeToUtf8Bytes(happened, ContractJson.Line.WorkerEvent), (byte)'\n']);
            output.Flush();
        }
    }

    private static void ReadCommands(Stream input, ChannelWriter<(string Folder, CancellationToken Stop)> commands, StopSignal stop)
    {
        using var lines = new StreamReader(input);
        while (lines.ReadLine() is { } line)
        {
            if (Parse(line) is not { } command)
            {
                continue;
            }

            // A stop means the runs before it: each takes its token with it.
            if (command.Run.Length == 0)
            {
                stop.Stop();
            }
            else
            {
                commands.TryWrite((command.Run, stop.Token));
            }
        }

        stop.StopForGood();
        commands.Complete();
    }

    private static WorkerCommand? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ContractJson.Line.WorkerCommand) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            Console.Error.WriteLine($"error: not a command: {e.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }
}
