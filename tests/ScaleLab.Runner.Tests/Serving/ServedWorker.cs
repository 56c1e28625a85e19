using System.IO.Pipes;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Serving;

namespace ScaleLab.Runner.Tests.Serving;

/// <summary><see cref="ServeCommand"/> on a thread of its own, at the other end of two pipes.</summary>
internal sealed class ServedWorker : IDisposable
{
    private readonly AnonymousPipeServerStream _commands = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _events = new(PipeDirection.In);
    private readonly StreamReader _reader;
    private readonly Thread _thread;
    private int? _exit;

    public ServedWorker(CorpusStore store, TimeProvider time)
    {
        var input = new AnonymousPipeClientStream(PipeDirection.In, _commands.ClientSafePipeHandle);
        var output = new AnonymousPipeClientStream(PipeDirection.Out, _events.ClientSafePipeHandle);
        _reader = new StreamReader(_events);
        _thread = new Thread(() =>
        {
            _exit = ServeCommand.Run(input, output, store, time);
            output.Dispose();
        });
        _thread.Start();
    }

    public void Send(string line) => _commands.Write([.. System.Text.Encoding.UTF8.GetBytes(line), (byte)'\n']);

    public void Train(string folder) => Send(JsonSerializer.Serialize(new WorkerCommand { Run = folder }, ContractJson.Line.WorkerCommand));

    public void Stop() => Send("{}");

    /// <summary>The next event. The worker's beats come by the clock on the wall, and are passed over.</summary>
    public WorkerEvent Read()
    {
        WorkerEvent happened;
        do
        {
            happened = JsonSerializer.Deserialize(_reader.ReadLine()!, ContractJson.Line.WorkerEvent)!;
        }
        while (happened.Kind == WorkerEventKind.Alive);
        return happened;
    }

    /// <summary>The next event that is no progress.</summary>
    public WorkerEvent ReadEnd()
    {
        WorkerEvent happened;
        do
        {
            happened = Read();
        }
        while (happened.Kind == WorkerEventKind.Progress);
        return happened;
    }

    public int Close()
    {
        _commands.Dispose();
        _thread.Join();
        return _exit!.Value;
    }

    /// <summary>Stops to listen, and waits for it to leave. Its input stays open.</summary>
    public int Desert()
    {
        _reader.Dispose();
        _thread.Join();
        return _exit!.Value;
    }

    public void Dispose()
    {
        Close();
        _reader.Dispose();
    }
}
