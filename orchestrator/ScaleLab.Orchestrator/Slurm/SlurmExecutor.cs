using System.Threading.Channels;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Trains on a cluster. One loop sends runs in job arrays and looks after all of them; a stop leaves them in the queue, where the next session finds them.</summary>
internal sealed class SlurmExecutor : IRunExecutor
{
    // From one look to the next: longer and longer while nothing happens, for every user's looks add up.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Runs that become ready together arrive within such a moment, and share a job array.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly SlurmSetup _setup;
    private readonly SlurmClient _client;
    private readonly SlurmSender _sender;
    private readonly RunFate _fate;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;
    private readonly Channel<FollowedRun> _mail = Channel.CreateUnbounded<FollowedRun>();
    private readonly CancellationTokenSource _end = new();
    private readonly List<FollowedRun> _followed = [];
    private readonly Dictionary<string, (Submission Submission, int Task)> _live = [];
    private readonly List<Submission> _open = [];
    private Task _loop = Task.CompletedTask;
    private Task<bool>? _arrival;
    private TimeSpan _pause = ShortestPause;
    private int _silences;
    private Exception? _error;

    /// <param name="setup">The sweep and its cluster.</param>
    /// <param name="client">Slurm.</param>
    /// <param name="time">Clock of looks and patience.</param>
    /// <param name="say">Takes what the user should know of the cluster, a line each.</param>
    public SlurmExecutor(SlurmSetup setup, SlurmClient client, TimeProvider time, Action<string> say)
    {
        (_setup, _client, _time, _say) = (setup, client, time, say);
        _sender = new SlurmSender(setup, client);
        _fate = new RunFate(setup.Folder, time);
        Devices = [.. Enumerable.Repeat("slurm", setup.Plan.Runs.Count)];
    }

    /// <summary>One for every run: what waits, waits in Slurm's queue.</summary>
    public IReadOnlyList<string> Devices { get; }

    public int AtOnce => _setup.Room;

    public bool IsSimulated => false;

    public bool Queues => true;

    /// <summary>Finds what earlier sessions left in the queue.</summary>
    /// <exception cref="InputException">Slurm gives no answer: to send runs again that may be training would be wrong.</exception>
    public async Task AttachAsync(CancellationToken cancellation)
    {
        foreach (var (submission, tasks) in await SlurmJobs.LiveAsync(_setup.Folder, _client, _time, cancellation))
        {
            _open.Add(submission);
            foreach (var task in tasks.Where(t => t.Index < submission.Tasks.Count))
            {
                foreach (var key in submission.Tasks[task.Index])
                {
                    _live[key] = (submission, task.Index);
                }
            }
        }

        _loop = LoopAsync();
    }

    /// <summary>A task that has this run may still be alive: its attempts are its own to close.</summary>
    public bool Holds(string key) => _live.ContainsKey(key);

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var run = new FollowedRun(folder, where.Recompute, report);
        if (!_mail.Writer.TryWrite(run))
        {
            // What ended the loop ends whoever comes later.
            run.End(_error!);
        }

        return await run.EndAsync(stop);
    }

    /// <summary>Sends runs, with all that grows from them, and waits for none of them.</summary>
    /// <param name="units">Runs that stay together.</param>
    /// <param name="cancellation">Ends the wait for Slurm.</param>
    /// <returns>Numbers of the jobs.</returns>
    /// <exception cref="InputException">Slurm refuses, and nothing stays in the queue; or it has no room for all of them, and what it took stays.</exception>
    public async Task<IReadOnlyList<string>> SendAsync(IReadOnlyList<IReadOnlyList<string>> units, CancellationToken cancellation)
    {
        var sent = await _sender.SendAsync(units, recompute: false, cancellation);
        if (sent.Any(s => s.Job is null))
        {
            throw new InputException($"Slurm took {sent.Count(s => s.Job is not null)} of {sent.Count} jobs and then gave no answer; the same command goes on from here once 'sinfo' works");
        }

        var (taken, wanted) = (sent.Sum(s => s.Tasks.Sum(t => t.Count)), units.Sum(u => u.Count));
        return taken == wanted
            ? [.. sent.Select(s => s.Job!)]
            : throw new InputException(FormattableString.Invariant($"Slurm took {taken} of {wanted} runs, and allows you no more jobs now; the same command sends the others when some have ended"));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
        foreach (var submission in _open.Where(s => s.Tasks.SelectMany(t => t).All(k => _setup.Folder.Run(k).ReadResult() is not null)))
        {
            submission.End();
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            var looked = _time.GetTimestamp();
            while (true)
            {
                var left = _pause - _time.GetElapsedTime(looked);
                if (await ArrivalAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero))
                {
                    await Task.Delay(Gathering, _time, _end.Token);
                    await TakeAsync();
                }

                if (_time.GetElapsedTime(looked) >= _pause)
                {
                    await LookAsync();
                    looked = _time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _error = e;
            _mail.Writer.Complete();
            while (_mail.Reader.TryRead(out var run))
            {
                _followed.Add(run);
            }

            _followed.ForEach(r => r.End(e));
            if (_fate.IsHopeless)
            {
                await _client.CancelAsync(_open.Select(s => s.Job).OfType<string>(), signal: null, CancellationToken.None);
            }
        }
    }

    private async Task<bool> ArrivalAsync(TimeSpan limit)
    {
        _arrival ??= _mail.Reader.WaitToReadAsync(_end.Token).AsTask();
        try
        {
            await _arrival.WaitAsync(limit, _time);
            _arrival = null;
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task TakeAsync()
    {
        while (_mail.Reader.TryRead(out var run))
        {
            _followed.Add(run);
            if (_live.Remove(run.Key, out var place))
            {
                run.Sent(place.Submission, place.Task, _time.GetTimestamp());
            }
        }

        await SendNewAsync();
    }

    private async Task SendNewAsync()
    {
        foreach (var group in _followed.Where(r => r is { Place: null, HasEnded: false }).GroupBy(r => r.Recompute).ToList())
        {
            var runs = group.ToDictionary(r => r.Key);
            foreach (var submission in await _sender.SendAsync([.. group.Select(r => (string[])[r.Key])], group.Key, CancellationToken.None))
            {
                _open.Add(submission);
                foreach (var (task, keys) in submission.Tasks.Index())
                {
                    foreach (var key in keys)
                    {
                        runs[key].Sent(submission, task, _time.GetTimestamp());
                    }
                }
            }

            _pause = ShortestPause;
        }
    }

    private async Task LookAsync()
    {
        _followed.RemoveAll(r => r.HasEnded);
        var queue = _open.Count > 0 ? await _client.QueueAsync(_open.Select(s => s.Name), SlurmClient.Patience, _end.Token) : [];
        Hear(queue is not null);
        var known = queue?.GroupBy(t => (t.Name, t.Index)).ToDictionary(g => g.Key, g => g.Last());
        var before = _followed.Count;
        foreach (var run in _followed.Where(r => r.Place is not null))
        {
            var (submission, task) = run.Place!.Value;
            switch (_fate.Of(run, known is not null, known?.GetValueOrDefault((submission.Name, task))))
            {
                case { IsOver: true } fate:
                    run.End(fate.Failure);
                    break;
                case { Stranded: { } id }:
                    await _client.CancelAsync([id], signal: null, _end.Token);
                    break;
                case { SendAgain: true }:
                    run.Lost();
                    break;
                default:
                    await run.ReportAsync().WaitAsync(_end.Token);
                    break;
            }
        }

        if (known is not null)
        {
            Forget(known);
        }

        await SendNewAsync();
        _pause = _followed.Any(r => r.HasEnded) || before == 0 ? ShortestPause : _pause * 1.25 < LongestPause ? _pause * 1.25 : LongestPause;
    }

    // One that nobody waits for and that Slurm has done with.
    private void Forget(Dictionary<(string Name, int Index), QueuedTask> known)
    {
        foreach (var submission in _open.ToList())
        {
            if (!_followed.Any(r => !r.HasEnded && r.Place?.Submission == submission)
                && Enumerable.Range(0, submission.Tasks.Count).All(t => known.GetValueOrDefault((submission.Name, t)) is null or { HasEnded: true }))
            {
                submission.End();
                _open.Remove(submission);
            }
        }
    }

    private void Hear(bool answered)
    {
        // Once may be chance.
        if (!answered && ++_silences == 2)
        {
            _say("Slurm does not answer; nothing is sent anew until it does, and what runs goes on");
        }
        else if (answered && _silences >= 2)
        {
            _say("Slurm answers again");
        }

        _silences = answered ? 0 : _silences;
    }
}
