using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Workers;

/// <summary>Stands in for <c>scalelab-runner serve</c>: says it is ready, then answers each command as it is told.</summary>
internal sealed class ScriptedWorker : IWorkerConnection
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ScriptedWorker(Action<ScriptedWorker, WorkerCommand> answer, bool ready = true)
    {
        Commands = new LineWriter(line => answer(this, JsonSerializer.Deserialize(line, ContractJson.Line.WorkerCommand)!));
        Events = new LineReader(_lines.Reader);
        if (ready)
        {
            Say(new WorkerEvent { Kind = WorkerEventKind.Ready });
        }
    }

    public TextWriter Commands { get; }

    public TextReader Events { get; }

    public bool Killed { get; private set; }

    public bool Closed { get; private set; }

    public void Say(WorkerEvent message) => Say(JsonSerializer.Serialize(message, ContractJson.Line.WorkerEvent));

    public void Say(string line) => _lines.Writer.TryWrite(line);

    public void Progress(string run, int attempt, long step) =>
        Say(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = run, Attempt = attempt, Step = step, D = step * 128, Loss = 3 });

    public void Beat(string run) => Say(new WorkerEvent { Kind = WorkerEventKind.Alive, Run = run, Attempt = 1 });

    /// <summary>All that was said has been read.</summary>
    public bool Heard => _lines.Reader.Count == 0;

    public void Finish(string run) => Say(new WorkerEvent { Kind = WorkerEventKind.Finished, Run = run, Status = RunStatus.Ok });

    public void Fail(string run, FailureClass @class) =>
        Say(new WorkerEvent { Kind = WorkerEventKind.Failed, Run = run, Failure = new RunFailure { Class = @class, Message = "as told" } });

    public void Die() => _lines.Writer.TryComplete();

    public void Kill()
    {
        Killed = true;
        Die();
    }

    public string LastWords => "its last words\n";

    /// <summary>The exit code of a worker that dies by itself: SIGABRT unless told otherwise.</summary>
    public int Code { get; set; } = 134;

    public Task<WorkerEnd> EndAsync() => Task.FromResult(new WorkerEnd(Killed ? 137 : Code));

    public ValueTask DisposeAsync()
    {
        Closed = true;
        Die();
        return ValueTask.CompletedTask;
    }

    private sealed class LineReader(ChannelReader<string> lines) : TextReader
    {
        public override async Task<string?> ReadLineAsync() =>
            await lines.WaitToReadAsync() && lines.TryRead(out var line) ? line : null;
    }

    private sealed class LineWriter(Action<string> take) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override Task WriteLineAsync(string? value)
        {
            take(value!);
            return Task.CompletedTask;
        }
    }
}
