using System.Text.Json;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>On a real Slurm. The long form is <c>ScaleLab.Benchmarks slurm</c>.</summary>
[Trait("Category", "Slurm")]
public sealed class SlurmTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    // Whatever the last test left.
    private SlurmCluster Cluster => field ??= fixture.SettledCluster();

    [Fact]
    public Task Preempted_killed_and_cancelled_a_sweep_finishes_with_the_bytes_of_the_local_executor() => Survives("preemption", "driver killed", "scancel", "cancelled");

    [Fact]
    public Task A_controller_that_dies_after_a_submission_a_node_daemon_that_dies_and_writers_on_a_node_that_is_cut_off_change_nothing_that_is_read() =>
        Survives("controller killed after sbatch", "node daemon killed", "node cut off");

    [Fact]
    public async Task Sent_and_left_alone_a_sweep_is_trained_and_another_session_collects_it()
    {
        var (cluster, sweep) = (Cluster, fixture.Part);
        var folder = sweep.NewFolder();
        using var detached = sweep.On(cluster, folder, "--detach");
        var (code, _, error) = await detached.EndAsync();
        Assert.True(code == 0, error);
        Assert.Contains("sent 6 runs as job ", error, StringComparison.Ordinal);

        using var attached = sweep.On(cluster, folder);
        (code, _, error) = await attached.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((sweep.Results, sweep.Curves), TinySweep.Tables(folder));
    }

    [Fact]
    public async Task What_waits_in_the_queue_shows_and_no_other_executor_trains_it()
    {
        var (cluster, sweep) = (Cluster, fixture.Part);
        var folder = sweep.NewFolder();
        using var detached = sweep.On(cluster, folder, "--detach", "--sbatch=--begin=now+1hour");
        Assert.Equal(0, (await detached.EndAsync()).Code);

        using var local = new Driver(sweep.Data, cluster.Environment, ["run", sweep.Spec, "--out", folder]);
        var (refusal, _, reason) = await local.EndAsync();
        Assert.True(refusal == 2, reason);
        Assert.Contains("in Slurm's queue: go on with --executor slurm", reason, StringComparison.Ordinal);

        // A status does not wait for a controller that is slow to answer; it is there to be asked again.
        var told = "";
        for (var tries = 0; tries < 100 && !told.Contains("slurm     0 tasks running, 1 waiting", StringComparison.Ordinal); tries++)
        {
            told = await StatusAsync();
        }

        Assert.Contains("slurm     0 tasks running, 1 waiting", told, StringComparison.Ordinal);

        // Nor for one that is dead: the folder tells the rest.
        cluster.KillController();
        var silent = await StatusAsync();
        cluster.StartController();
        Assert.Contains("0 of 6 runs done", silent, StringComparison.Ordinal);
        Assert.Contains("slurm     gives no answer", silent, StringComparison.Ordinal);

        async Task<string> StatusAsync()
        {
            using var status = sweep.Call(cluster, "status", folder);
            var (code, output, error) = await status.EndAsync();
            Assert.True(code == 0, error);
            return output;
        }
    }

    [Fact]
    public async Task A_sweep_begun_on_one_box_goes_on_on_a_cluster_and_ends_on_the_box_with_one_ledger()
    {
        var (cluster, sweep) = (Cluster, fixture.Part);
        var (folder, code, error) = await sweep.CatchAsync(driver => driver.Signal("INT"), (code, _, _) => code != 0);
        Assert.True(code == 130, error);
        var before = Done();

        using var away = sweep.On(cluster, folder);
        await away.Finished;
        away.Signal("INT");
        (code, _, error) = await away.EndAsync();
        Assert.True(code == 0 || (code == 130 && error.Contains("what is in Slurm's queue goes on", StringComparison.Ordinal)), error);
        using var cancel = sweep.Call(cluster, "cancel", folder);
        Assert.Equal(0, (await cancel.EndAsync()).Code);
        Assert.InRange(Done(), before + 1, sweep.Runs);

        using var home = new Driver(sweep.Data, cluster.Environment, ["run", sweep.Spec, "--out", folder]);
        (code, _, error) = await home.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((sweep.Results, sweep.Curves), TinySweep.Tables(folder));

        // FLOPs are those of a sweep that never moved; every run has its hours, and status adds them up.
        var ledger = ClusterSweep.Ledger(folder);
        Assert.Equal(ClusterSweep.Ledger(sweep.Folder).Keys, ledger.Keys);
        Assert.Equal(ClusterSweep.Ledger(sweep.Folder).Values.Sum(r => r.Flops), ledger.Values.Sum(r => r.Flops));
        Assert.All(ledger.Values, r => Assert.True(r.Hours > 0));
        using var status = sweep.Call(cluster, "status", folder, "--json");
        using var json = JsonDocument.Parse((await status.EndAsync()).Output);
        Assert.Equal(ledger.Values.Sum(r => r.Flops), json.RootElement.GetProperty("flops_spent").GetDouble(), 1.0);
        Assert.Equal(ledger.Values.Sum(r => r.Hours), json.RootElement.GetProperty("device_hours").GetDouble(), 1e-9);

        int Done() => Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories).Count();
    }

    [Theory]
    [InlineData("there is no partition 'brif'; did you mean 'brief'?", "--partition", "brif")]
    [InlineData("is more than partition brief allows: at most 10:00", "--partition", "brief", "--time", "2:00:00")]
    [InlineData("sbatch refuses the job: Requested node configuration is not available; no node has as much", "--gres", "gpu:9")]
    [InlineData("sbatch refuses the job: Invalid feature specification; look at", "--sbatch=--constraint=a100")]
    [InlineData("sbatch refuses the job: Requested node configuration is not available; no node has as much", "--gres", "gpu:h100:1")]
    [InlineData("sbatch refuses the job: Invalid account or account/partition combination specified; 'sacctmgr", "--partition", "paid", "--account", "nobody")]
    [InlineData("sbatch refuses the job: Requested node configuration is not available; no node has as much", "--sbatch=--mem=1T")]
    [InlineData("--sbatch --array=0-3: is set by ScaleLab itself", "--sbatch=--array=0-3")]
    [InlineData("--time soon: must match", "--time", "soon")]
    public async Task What_the_cluster_refuses_is_one_line_and_leaves_nothing(string expected, params string[] options)
    {
        var folder = fixture.Part.NewFolder();
        using var driver = fixture.Part.On(Cluster, folder, options);
        var (code, output, error) = await driver.EndAsync();
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'));
        Assert.False(Directory.Exists(folder));
        Assert.Equal("", Cluster.Run("squeue", "--noheader"));
    }

    [Fact]
    public async Task A_plan_asks_the_cluster_for_starts_and_a_doctor_asks_a_node_what_it_sees()
    {
        using var plan = fixture.Part.Call(Cluster, "plan", fixture.Part.Spec, "--executor", "slurm", "--devices", "cpu");
        var (code, output, error) = await plan.EndAsync();
        Assert.True(code == 0, error);
        Assert.Matches(@"slurm: 1 task at first, 6 at a time on an empty cluster; by sbatch --test-only the first would start \d{4}-\d\d-\d\d \d\d:\d\d:\d\d on n\d in main", output);

        using var doctor = fixture.Part.Call(Cluster, "doctor", "--executor", "slurm", "--gres", "shard:1");
        var (health, findings, _) = await doctor.EndAsync();
        Assert.True(health == 0, findings);
        Assert.Contains("main (default) 2 nodes, at most infinite", findings, StringComparison.Ordinal);
        Assert.Contains("gpu:4,shard:16", findings, StringComparison.Ordinal);
        Assert.Contains("32 tasks at a time", findings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_sbatch_the_line_says_where_to_go()
    {
        using var driver = new Driver(fixture.Part.Data, [("PATH", Path.GetDirectoryName(Environment.ProcessPath)!)], ["run", fixture.Part.Spec, "--out", fixture.Part.NewFolder(), "--executor", "slurm", "--devices", "cpu"]);
        var (code, _, error) = await driver.EndAsync();
        Assert.Equal((2, "error: sbatch is not on the PATH: go to a login node of the cluster, or load its Slurm module; --executor local trains here"), (code, error));
    }

    // In haste, an administrator says what Slurm would find out by itself after half a minute.
    private async Task Survives(params string[] disturbances)
    {
        var report = await new SlurmChaos(Cluster, fixture.Brief, haste: true).RunAsync(disturbances);
        Assert.True(report.IsClean, report.ToString());
        Assert.True(report.Kills > 0);
    }
}

/// <summary>One cluster, and undisturbed local sweeps; every test that asks for the cluster is skipped where there can be none.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private SlurmCluster? _cluster;

    public ClusterSweep Brief { get; } = ClusterSweep.Brief();

    public ClusterSweep Part { get; } = ClusterSweep.Part();

    internal SlurmCluster SettledCluster()
    {
        Assert.SkipWhen(_cluster is null, SlurmCluster.Obstacle ?? "");
        _cluster!.Settle();
        return _cluster;
    }

    public async ValueTask InitializeAsync()
    {
        if (SlurmCluster.Obstacle is null)
        {
            _cluster = new SlurmCluster();
            await Brief.BeginAsync();
            await Part.BeginAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        Brief.Dispose();
        Part.Dispose();
        return ValueTask.CompletedTask;
    }
}
