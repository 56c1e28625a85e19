using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>One slot: a worker that is started when first needed, kept from run to run, and replaced once it has failed.</summary>
internal sealed class Worker(Func<IWorkerConnection> start) : IAsyncDisposable
{
    private readonly SemaphoreSlim _idle = new(1);
    private IWorkerConnection? _connection;
    private bool _killed;

    /// <summary>Trains one run; see <see cref="Execution.IRunExecutor.ExecuteAsync"/>.</summary>
    public async Task<RunFailure?> TrainAsync(RunFolder run, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var before = run.AttemptNumbers().Count;
        WorkerEvent? last = null;
        await _idle.WaitAsync(CancellationToken.None);
        try
        {
            await ConnectAsync();
            if (stop.IsCancellationRequested)
            {
                return new RunFailure { Class = FailureClass.Interrupted, Message = "stopped before its first step" };
            }

            await SendAsync(new WorkerCommand { Run = run.Path });
            await using var stopping = stop.Register(() => _ = SendStopAsync());
            while (await ReadAsync() is { } message)
            {
                // A word about an earlier run may still be under way.
                if (message.Run != run.Path)
                {
                    continue;
                }

                switch (message.Kind)
                {
                    case WorkerEventKind.Progress:
                        last = message;
                        await report(message);
                        break;
                    case WorkerEventKind.Finished:
                        return null;
                    case WorkerEventKind.Failed:
                        var failure = message.Failure ?? new RunFailure { Class = FailureClass.Lost, Message = "the worker gave no reason" };
                        if (failure.Class != FailureClass.Interrupted)
                        {
                            await ReplaceAsync();
                        }

                        return failure;
                }
            }

            return await LostAsync(run, before, last, $"the worker ended: {await _connection!.EndAsync()}");
        }
        catch (IOException e)
        {
            return await LostAsync(run, before, last, $"the worker ended: {(_connection is null ? e.Message : await _connection.EndAsync())}");
        }
        catch (JsonException)
        {
            return await LostAsync(run, before, last, "the worker does not speak the protocol of this version; build both anew");
        }
        finally
        {
            _idle.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!await _idle.WaitAsync(TimeSpan.Zero))
        {
            _killed = true;
            _connection?.Kill();
            await _idle.WaitAsync();
        }

        await ReplaceAsync();
        _idle.Dispose();
    }

    private async Task ConnectAsync()
    {
        if (_connection is not null)
        {
            return;
        }

        _connection = start();
        while (await ReadAsync() is { } message)
        {
            if (message.Kind == WorkerEventKind.Ready)
            {
                return;
            }
        }

        throw new EndOfStreamException();
    }

    private async Task<WorkerEvent?> ReadAsync()
    {
        var line = await _connection!.Events.ReadLineAsync();
        return line is null ? null : JsonSerializer.Deserialize(line, ContractJson.Line.WorkerEvent) ?? throw new JsonException();
    }

    private async Task SendAsync(WorkerCommand command)
    {
        await _connection!.Commands.WriteLineAsync(JsonSerializer.Serialize(command, ContractJson.Line.WorkerCommand));
        await _connection.Commands.FlushAsync();
    }

    private async Task SendStopAsync()
    {
        try
        {
            await SendAsync(new WorkerCommand());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader of its events sees the end as well, and reports it.
        }
    }

    // A dead worker cannot say why it died, so its attempt is closed for it.
    private async Task<RunFailure> LostAsync(RunFolder run, int before, WorkerEvent? last, string message)
    {
        await ReplaceAsync();
        var failure = new RunFailure { Class = _killed ? FailureClass.Interrupted : FailureClass.Lost, Message = message };
        var numbers = run.AttemptNumbers();
        var attempt = last is { Attempt: > 0 } ? run.Attempt(last.Attempt) : numbers.Count > before ? run.Attempt(numbers[^1]) : run.ClaimAttempt();
        attempt.Publish(failure);
        return failure;
    }

    private async Task ReplaceAsync()
    {
        if (_connection is { } old)
        {
            _connection = null;
            await old.DisposeAsync();
        }
    }
}
