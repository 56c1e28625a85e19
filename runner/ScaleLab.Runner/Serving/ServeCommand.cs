using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Runner.Serving;

/// <summary><c>scalelab-runner serve</c>: runs come as JSON lines on standard input, events leave on what standard output was. It ends when the input does.</summary>
internal static class ServeCommand
{
    public static int Run(Stream input, Stream output, CorpusStore store, TimeProvider time)
    {
        var commands = Channel.CreateUnbounded<(WorkerCommand Command, CancellationToken Stop)>();
        using var stop = new StopSignal();
        var sending = new Lock();

        // A terminal's Ctrl-C reaches the whole process group. The orchestrator decides what it means, and says so on standard input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);

        // Schedulers and spot machines say SIGTERM, and mean it: save, tell, leave.
        using var leave = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.StopForGood(FailureClass.Preempted);
            commands.Writer.TryComplete();
        });
        var reader = new Thread(() => ReadCommands(input, commands.Writer, stop)) { IsBackground = true, Name = "commands" };
        reader.Start();

        var execution = new RunExecution(store, time, Send);
        Send(new WorkerEvent { Kind = WorkerEventKind.Ready });
        while (commands.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (commands.Reader.TryRead(out var next))
            {
                execution.ExecuteAll(next.Command, () => stop.Reason, next.Stop);
            }
        }

        return 0;

        void Send(WorkerEvent happened)
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(happened, ContractJson.Line.WorkerEvent), (byte)'\n'];
            try
            {
                lock (sending)
                {
                    output.Write(line);
                    output.Flush();
                }
            }
            catch (IOException)
            {
                // The driver is gone, which the input may tell a moment later. What trains is saved first, as when it does.
                stop.StopForGood();
                commands.Writer.TryComplete();
            }
        }
    }

    private static void ReadCommands(Stream input, ChannelWriter<(WorkerCommand Command, CancellationToken Stop)> commands, StopSignal stop)
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
                commands.TryWrite((command, stop.Token));
            }
        }

        stop.StopForGood();
        commands.TryComplete();
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
