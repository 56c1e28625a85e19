using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>One slot: a worker that is started when first needed, kept from run to run, and replaced once it has failed or fallen silent.</summary>
internal sealed class Worker(Func<IWorkerConnection> start, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A worker beats every few seconds, whatever it computes: one that says nothing for so long is dead or frozen.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>To load libtorch, perhaps from a slow network drive.</summary>
    public static readonly TimeSpan StartTime = TimeSpan.FromMinutes(10);

    /// <summary>A worker that beats but ends neither a step nor an evaluation is stuck in its device.</summary>
    public static readonly TimeSpan Standstill = TimeSpan.FromHours(1);

    // A driver that was itself suspended wakes to find one wait over time, not all of them; meanwhile the lines are there to be read.
    private const int Waits = 4;

    private readonly SemaphoreSlim _idle = new(1);
    private IWorkerConnection? _connection;
    private bool _killed;

    /// <summary>Trains one run; see <see cref="IRunExecutor.ExecuteAsync"/>.</summary>
    public async Task<RunFailure?> TrainAsync(RunFolder run, Assignment how, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var ride = new Ride(run, report);
        await TrainAsync([ride], how, stop);
        return ride.Failure;
    }

    /// <summary>Trains runs of one shape in the same passes. All of them have ended when it returns.</summary>
    public async Task TrainAsync(IReadOnlyList<Ride> rides, Assignment how, CancellationToken stop)
    {
        await _idle.WaitAsync(CancellationToken.None);
        try
        {
            await ConnectAsync();
            if (stop.IsCancellationRequested)
            {
                End(rides, new RunFailure { Class = FailureClass.Interrupted, Message = "stopped before its first step" });
                return;
            }

            await SendAsync(new WorkerCommand { Run = rides[0].Run.Path, Beside = [.. rides.Skip(1).Select(r => r.Run.Path)], Recompute = how.Recompute });
            await using var stopping = stop.Register(() => _ = SendStopAsync());
            if (!await ListenAsync(rides))
            {
                await DiedAsync(rides);
            }
            else if (how.Release || rides.Any(r => r.Failure is { Class: not FailureClass.Interrupted }))
            {
                // A failure may have left anything behind; and libtorch keeps what it once had of a GPU as long as the process lives.
                await ReplaceAsync();
            }
        }
        catch (TimeoutException e)
        {
            _connection?.Kill();
            await LostAsync(rides, new RunFailure { Class = FailureClass.Lost, Message = e.Message });
        }
        catch (IOException)
        {
            await DiedAsync(rides);
        }
        catch (JsonException)
        {
            await LostAsync(rides, new RunFailure { Class = FailureClass.Lost, Message = "the worker does not speak the protocol of this version; build both anew" });
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

    private static void End(IReadOnlyList<Ride> rides, RunFailure? failure)
    {
        foreach (var ride in rides.Where(r => !r.HasEnded))
        {
            ride.End(failure);
        }
    }

    /// <returns>False where the worker has ended before the runs.</returns>
    private async Task<bool> ListenAsync(IReadOnlyList<Ride> rides)
    {
        var moved = time.GetTimestamp();
        while (await ReadAsync(Silence) is { } message)
        {
            // A word about an earlier run may still be under way.
            if (rides.FirstOrDefault(r => r.Run.Path == message.Run && !r.HasEnded) is not { } ride)
            {
                continue;
            }

            switch (message.Kind)
            {
                case WorkerEventKind.Progress:
                    moved = time.GetTimestamp();
                    await ride.ReportAsync(message);
                    break;
                case WorkerEventKind.Alive when time.GetElapsedTime(moved) > Standstill:
                    throw new TimeoutException($"the worker has ended no step for {Standstill.TotalMinutes:0} minutes");
                case WorkerEventKind.Alive:
                    ride.Last ??= message;
                    break;
                case WorkerEventKind.Finished:
                    ride.End(null);
                    break;
                case WorkerEventKind.Failed:
                    ride.End(message.Failure ?? new RunFailure { Class = FailureClass.Lost, Message = "the worker gave no reason" });
                    break;
            }

            if (rides.All(r => r.HasEnded))
            {
                return true;
            }
        }

        return false;
    }

    private async Task ConnectAsync()
    {
        if (_connection is not null)
        {
            return;
        }

        _connection = start();
        while (await ReadAsync(StartTime) is { } message)
        {
            if (message.Kind == WorkerEventKind.Ready)
            {
                return;
            }
        }

        throw new EndOfStreamException();
    }

    /// <exception cref="TimeoutException">Nothing came within <paramref name="limit"/>.</exception>
    private async Task<WorkerEvent?> ReadAsync(TimeSpan limit)
    {
        var reading = _connection!.Events.ReadLineAsync();
        for (var wait = 1; !reading.IsCompleted; wait++)
        {
            try
            {
                await reading.WaitAsync(limit / Waits, time);
            }
            catch (TimeoutException) when (!reading.IsCompleted && wait < Waits)
            {
            }
            catch (TimeoutException) when (!reading.IsCompleted)
            {
                throw new TimeoutException($"the worker has said nothing for {limit.TotalSeconds:0} s");
            }
        }

        return await reading is { } line ? JsonSerializer.Deserialize(line, ContractJson.Line.WorkerEvent) ?? throw new JsonException() : null;
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

    private async Task DiedAsync(IReadOnlyList<Ride> rides)
    {
        var end = await _connection!.EndAsync();
        await LostAsync(rides, new RunFailure { Class = _killed ? FailureClass.Interrupted : end.Class, Message = $"the worker ended: {end}" });
    }

    // A dead worker cannot say why it died, so its attempts are closed for it.
    private async Task LostAsync(IReadOnlyList<Ride> rides, RunFailure failure)
    {
        var words = _connection!.LastWords;
        await ReplaceAsync();
        foreach (var ride in rides.Where(r => !r.HasEnded))
        {
            try
            {
                var (run, numbers) = (ride.Run, ride.Run.AttemptNumbers());
                var attempt = ride.Last is { Attempt: > 0 } last ? run.Attempt(last.Attempt) : numbers.Count > ride.Before ? run.Attempt(numbers[^1]) : run.ClaimAttempt();
                attempt.Publish(failure);
                await File.AppendAllTextAsync(attempt.LogFile, $"{failure.Message}\n{words}");
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // The failure is told all the same.
            }

            ride.End(failure);
        }
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
