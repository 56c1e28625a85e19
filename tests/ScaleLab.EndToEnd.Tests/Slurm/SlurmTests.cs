using System.Text.Json;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>On a real Slurm. The long form is <c>ScaleLab.Benchmarks slurm</c>.</summary>
[Trait("Category", "Slurm")]
public sealed class SlurmTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task Disturbed_as_clusters_do_a_sweep_finishes_with_the_bytes_of_the_local_executor()
    {
        var report = await new SlurmChaos(fixture.Cluster, fixture.Sweep).RunAsync("preemption", "driver killed", "scancel", "cancelled");
        Assert.True(report.IsClean, report.ToString());
        Assert.True(report.Kills > 0);
    }

    [Fact]
    public async Task Sent_and_left_alone_a_sweep_is_trained_and_another_session_collects_it()
    {
        var folder = fixture.Sweep.NewFolder();
        using var detached = fixture.Sweep.On(fixture.Cluster, folder, "--detach");
        var (code, _, error) = await detached.EndAsync();
        Assert.True(code == 0, error);
        Assert.Contains("sent 24 runs as job ", error, StringComparison.Ordinal);

        // A status does not wait for a controller that is slow to answer; it is there to be asked again.
        while (!await IsAnsweredAsync(folder))
        {
        }

        // Another executor must not train what waits there.
        using var local = new Driver(fixture.Sweep.Data, fixture.Cluster.Environment, ["run", fixture.Sweep.Spec, "--out", folder]);
        var (refusal, _, reason) = await local.EndAsync();
        Assert.True(refusal == 2, reason);
        Assert.Contains("in Slurm's queue: go on with --executor slurm", reason, StringComparison.Ordinal);

        using var attached = fixture.Sweep.On(fixture.Cluster, folder);
        (code, _, error) = await attached.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((fixture.Sweep.Results, fixture.Sweep.Curves), TinySweep.Tables(folder));
    }

    private async Task<bool> IsAnsweredAsync(string folder)
    {
        using var status = fixture.Sweep.Call(fixture.Cluster, "status", folder, "--json");
        using var json = JsonDocument.Parse((await status.EndAsync()).Output);
        return json.RootElement.GetProperty("slurm").GetProperty("answered").GetBoolean();
    }

    [Fact]
    public async Task A_sweep_begun_on_one_box_goes_on_on_a_cluster_and_ends_on_the_box()
    {
        var folder = fixture.Sweep.NewFolder();
        using var box = fixture.Sweep.Run(folder);
        await box.Finished;
        box.Signal("INT");
        var (code, _, error) = await box.EndAsync();
        Assert.True(code == 130, error);
        var before = Done(folder);

        using var cluster = fixture.Sweep.On(fixture.Cluster, folder);
        await cluster.Finished;
        cluster.Signal("INT");
        (code, _, error) = await cluster.EndAsync();
        Assert.True(code == 130, error);
        Assert.Contains("what is in Slurm's queue goes on", error, StringComparison.Ordinal);
        using var cancel = fixture.Sweep.Call(fixture.Cluster, "cancel", folder);
        Assert.Equal(0, (await cancel.EndAsync()).Code);
        Assert.InRange(Done(folder), before + 1, ClusterSweep.Runs);

        using var home = new Driver(fixture.Sweep.Data, fixture.Cluster.Environment, ["run", fixture.Sweep.Spec, "--out", folder]);
        (code, _, error) = await home.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((fixture.Sweep.Results, fixture.Sweep.Curves), TinySweep.Tables(folder));

        using var status = fixture.Sweep.Call(fixture.Cluster, "status", folder, "--json");
        using var ledger = JsonDocument.Parse((await status.EndAsync()).Output);
        Assert.True(ledger.RootElement.GetProperty("device_hours").GetDouble() > 0);
        Assert.Equal(fixture.Sweep.Flops, ledger.RootElement.GetProperty("flops_spent").GetDouble(), 1.0);

        static int Done(string folder) => Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories).Count();
    }

    [Theory]
    [InlineData("there is no partition 'brif'; did you mean 'brief'?", "--partition", "brif")]
    [InlineData("is more than partition brief allows: at most 10:00", "--partition", "brief", "--time", "2:00:00")]
    [InlineData("sbatch refuses the job: Requested node configuration is not available; no node has as much", "--gres", "gpu:9")]
    [InlineData("sbatch refuses the job: Invalid feature specification; look at", "--sbatch=--constraint=a100")]
    [InlineData("--sbatch --array=0-3: is set by ScaleLab itself", "--sbatch=--array=0-3")]
    [InlineData("--time soon: must match", "--time", "soon")]
    public async Task What_the_cluster_refuses_is_one_line_and_leaves_nothing(string expected, params string[] options)
    {
        var folder = fixture.Sweep.NewFolder();
        using var driver = fixture.Sweep.On(fixture.Cluster, folder, options);
        var (code, output, error) = await driver.EndAsync();
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_plan_asks_the_cluster_for_starts_and_a_doctor_asks_a_node_what_it_sees()
    {
        using var plan = fixture.Sweep.Call(fixture.Cluster, "plan", fixture.Sweep.Spec, "--executor", "slurm", "--devices", "cpu");
        var (code, output, error) = await plan.EndAsync();
        Assert.True(code == 0, error);
        Assert.Matches(@"slurm: 4 tasks at first, 6 at a time on an empty cluster; by sbatch --test-only the first would start \d{4}-\d\d-\d\d \d\d:\d\d:\d\d on n\d in main", output);

        using var doctor = fixture.Sweep.Call(fixture.Cluster, "doctor", "--executor", "slurm", "--gres", "shard:1");
        var (health, findings, _) = await doctor.EndAsync();
        Assert.True(health == 0, findings);
        Assert.Contains("main (default) 2 nodes, at most infinite", findings, StringComparison.Ordinal);
        Assert.Contains("gpu:4,shard:16", findings, StringComparison.Ordinal);
        Assert.Contains("32 tasks at a time", findings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_sbatch_the_line_says_where_to_go()
    {
        using var driver = new Driver(fixture.Sweep.Data, [("PATH", Path.GetDirectoryName(Environment.ProcessPath)!)], ["run", fixture.Sweep.Spec, "--out", fixture.Sweep.NewFolder(), "--executor", "slurm", "--devices", "cpu"]);
        var (code, _, error) = await driver.EndAsync();
        Assert.Equal((2, "error: sbatch is not on the PATH: go to a login node of the cluster, or load its Slurm module; --executor local trains here"), (code, error));
    }
}

/// <summary>One cluster and one undisturbed local sweep; every test that asks for the cluster is skipped where there can be none.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private SlurmCluster? _cluster;

    public ClusterSweep Sweep { get; } = new();

    internal SlurmCluster Cluster
    {
        get
        {
            Assert.SkipWhen(_cluster is null, SlurmCluster.Obstacle ?? "");
            return _cluster!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (SlurmCluster.Obstacle is null)
        {
            _cluster = new SlurmCluster();
            await Sweep.BeginAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        Sweep.Dispose();
        return ValueTask.CompletedTask;
    }
}
