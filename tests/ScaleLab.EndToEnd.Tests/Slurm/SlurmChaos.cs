using System.Globalization;
using System.Text.Json;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>Does to a sweep on a real Slurm what clusters do, and holds what comes out against the local executor's tables.</summary>
/// <param name="cluster">Where.</param>
/// <param name="sweep">What.</param>
/// <param name="haste">An administrator says that a node is down before Slurm finds out.</param>
internal sealed class SlurmChaos(SlurmCluster cluster, ClusterSweep sweep, bool haste = false)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // More than any of Slurm's own time-outs here.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _folder = sweep.NewFolder();
    private readonly List<string> _said = [];
    private Driver? _driver;

    // A controller that has lost its memory takes nodes out of service where it meets jobs that it does not know.
    private bool _drains;

    /// <summary>What can happen to a cluster within seconds.</summary>
    public static readonly IReadOnlyList<string> Quick = ["preemption", "preemption with grace", "requeue", "scancel", "driver killed", "cancelled", "detached"];

    /// <summary>What Slurm notices after half a minute.</summary>
    public static readonly IReadOnlyList<string> Slow = ["controller killed after sbatch", "node daemon killed", "node cut off", "node cut off, asleep", "node crashed"];

    /// <summary>Runs the sweep to its end, with these disturbances one after another.</summary>
    /// <returns>What became of it.</returns>
    public async Task<KillReport> RunAsync(params IReadOnlyList<string> disturbances)
    {
        var report = new KillReport();
        Begin();
        foreach (var disturbance in disturbances)
        {
            if (await DisturbAsync(disturbance))
            {
                report.Kills++;
            }
        }

        await FinishAsync();
        KillMatrix.Compare(sweep, _folder, report);
        return report;
    }

    private Task<bool> DisturbAsync(string disturbance) => disturbance switch
    {
        "preemption" => PreemptAsync(graceTime: 0),
        "preemption with grace" => PreemptAsync(graceTime: 20),
        "requeue" => RequeueAsync(),
        "scancel" => ScancelAsync(),
        "driver killed" => KillDriverAsync(),
        "cancelled" => CancelAsync(),
        "detached" => DetachAsync(),
        "controller killed after sbatch" => KillControllerAsync(),
        "node daemon killed" => KillDaemonAsync(),
        "node cut off" => CutOffAsync(asleep: false),
        "node cut off, asleep" => CutOffAsync(asleep: true),
        "node crashed" => CrashAsync(),
        _ => throw new ArgumentException(disturbance),
    };

    private async Task<bool> PreemptAsync(int graceTime)
    {
        cluster.SetGraceTime(graceTime);
        if (await BusyAsync() is not { } node)
        {
            return false;
        }

        cluster.Preempt(node);
        return await UntilAsync(() => !Running().Any(t => t.Node == node)) || true;
    }

    // By the administrator: no notice, and the task begins anew somewhere.
    private async Task<bool> RequeueAsync()
    {
        if (await BusyAsync() is null)
        {
            return false;
        }

        cluster.Run("scontrol", "requeue", Running()[0].Task);
        return true;
    }

    private async Task<bool> ScancelAsync()
    {
        if (await BusyAsync() is null)
        {
            return false;
        }

        cluster.Run("scancel", [.. Running().Select(t => t.Task)]);
        return true;
    }

    private async Task<bool> KillDriverAsync()
    {
        if (await BusyAsync() is null)
        {
            return false;
        }

        _driver!.Kill();
        await EndAsync();
        Begin();
        return true;
    }

    private async Task<bool> CancelAsync()
    {
        // Tasks of a driver that was killed may run before the next one has taken its place.
        if (!await UntilAsync(Drives) || await BusyAsync() is null)
        {
            return false;
        }

        using var cancel = sweep.Call(cluster, "cancel", _folder);
        var (code, output, error) = await cancel.EndAsync();
        Check(code == 0 && output.Contains("'scalelab run' goes on from here", StringComparison.Ordinal), output + error);
        Check(await EndAsync() == 130, "a cancelled driver ends with 130");
        Check(Running().Count == 0, "a cancelled sweep has nothing in the queue");
        Begin();
        return true;
    }

    private async Task<bool> DetachAsync()
    {
        if (await BusyAsync() is null)
        {
            return false;
        }

        _driver!.Signal("INT");
        await EndAsync();
        Begin("--detach");
        Check(await EndAsync() == 0, "detaching ends with 0");
        Begin();
        return true;
    }

    private async Task<bool> KillControllerAsync()
    {
        // A submission that was just accepted, and is not yet in the controller's saved state.
        var before = Submissions();
        if (!await UntilAsync(() => Submissions() > before))
        {
            return false;
        }

        cluster.KillController();
        using var status = sweep.Call(cluster, "status", _folder);
        Check((await status.EndAsync()).Code == 0, "status needs no controller");
        await Task.Delay(TimeSpan.FromSeconds(3));
        cluster.StartController();
        _drains = true;
        return true;
    }

    // What it started trains on, and ends unseen or under the eyes of the next daemon.
    private async Task<bool> KillDaemonAsync()
    {
        if (await BusyAsync() is not { } node)
        {
            return false;
        }

        cluster.KillDaemon(node);
        await Task.Delay(TimeSpan.FromSeconds(2));
        cluster.StartNode(node);
        return true;
    }

    // Slurm takes the node for dead and starts its tasks elsewhere, while writers there go on: beside those that took their place, or after all is over.
    private async Task<bool> CutOffAsync(bool asleep)
    {
        if (await BusyAsync() is not { } node)
        {
            return false;
        }

        // Runs are short and Slurm is slow: frozen until then.
        var stale = cluster.Runners(node);
        Signal("STOP");
        var attempts = Attempts().ToHashSet();
        cluster.KillDaemon(node);
        if (haste)
        {
            cluster.DeclareDown(node);
        }

        // A run that somebody had begun, begun again.
        var taken = await UntilAsync(() => Attempts().Except(attempts).Any(a => attempts.Contains((a.Run, a.Number - 1))));
        if (!asleep)
        {
            Signal("CONT");
        }

        await FinishAsync();
        var tables = TinySweep.Tables(_folder);
        Signal("CONT");
        Check(await UntilAsync(() => stale.All(p => !Directory.Exists(Line($"/proc/{p}"))), evenIfOver: true), "a stale writer ends by itself");
        using var collect = sweep.Call(cluster, "collect", _folder);
        Check((await collect.EndAsync()).Code == 0 && tables == TinySweep.Tables(_folder), "a stale writer changes nothing that is read");
        cluster.StartNode(node);
        return taken;

        void Signal(string signal)
        {
            foreach (var pid in stale)
            {
                SlurmCluster.Signal(pid, signal);
            }
        }
    }

    private async Task<bool> CrashAsync()
    {
        if (await BusyAsync() is not { } node)
        {
            return false;
        }

        cluster.Crash(node);
        if (haste)
        {
            cluster.DeclareDown(node);
        }

        await FinishAsync();
        cluster.StartNode(node);
        return true;
    }

    private void Begin(params string[] more)
    {
        _driver?.Dispose();
        _driver = sweep.On(cluster, _folder, more);
    }

    private async Task<int> EndAsync()
    {
        var (code, _, error) = await _driver!.EndAsync();
        _said.Add(error);
        return code;
    }

    private async Task FinishAsync()
    {
        if (!await UntilAsync(() => false) && await EndAsync() is not 0 and var code)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{_folder} ended with {code}: {string.Join('\n', _said)}"));
        }
    }

    // A node with a run that has begun to train; null where the sweep is over before.
    private async Task<string?> BusyAsync()
    {
        string? node = null;
        await UntilAsync(() => (node = Running().Select(t => t.Node).FirstOrDefault(n => cluster.Runners(n).Count > 0 && Curves())) is not null);
        return node;

        bool Curves() => Directory.Exists(_folder) && Directory.EnumerateFiles(_folder, "curve.csv", SearchOption.AllDirectories).Any();
    }

    private bool Drives()
    {
        try
        {
            using var owner = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "owner.json")));
            return owner.RootElement.GetProperty("pid").GetInt32() == _driver!.Id;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return false;
        }
    }

    private List<(string Task, string Node)> Running() =>
        [.. cluster.Run("squeue", "--noheader", "--array", "--partition=main", "--states=RUNNING", "--format=%F_%K %B").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Where(w => w.Length == 2).Select(w => (w[0], w[1]))];

    private IEnumerable<(string Run, int Number)> Attempts() => Directory.EnumerateDirectories(Path.Combine(_folder, "runs"))
        .Where(r => Directory.Exists(Path.Combine(r, "attempts")))
        .SelectMany(r => Directory.EnumerateDirectories(Path.Combine(r, "attempts")).Select(a => (r, int.Parse(Path.GetFileName(a), CultureInfo.InvariantCulture))));

    private int Submissions() => Directory.Exists(Path.Combine(_folder, "slurm")) ? Directory.EnumerateFiles(Path.Combine(_folder, "slurm"), "job", SearchOption.AllDirectories).Count() : 0;

    // False where the driver has ended before.
    private async Task<bool> UntilAsync(Func<bool> condition, bool evenIfOver = false)
    {
        for (var waited = TimeSpan.Zero; !condition(); waited += Look)
        {
            if (!evenIfOver && await _driver!.IsOverAfterAsync(TimeSpan.Zero))
            {
                return false;
            }

            if (waited > Patience)
            {
                _driver?.Kill();
                throw new TimeoutException($"{_folder}: nothing happened any more: {string.Join('\n', _said)}\n{cluster.Run("squeue", "--array", "--states=all")}");
            }

            if (_drains)
            {
                cluster.ResumeDrained();
            }

            await Task.Delay(Look);
        }

        return true;
    }

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"{_folder}: {what}: {string.Join('\n', _said)}");
        }
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
