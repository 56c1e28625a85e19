namespace ScaleLab.EndToEnd.Tests;

/// <summary>The short form; <c>ScaleLab.Benchmarks kills 100</c> is the long one.</summary>
public sealed class KillTests(UndisturbedSweep undisturbed)
{
    private const int Kills = 6;

    [Fact]
    public Task Killed_at_any_moment_a_sweep_finishes_with_the_same_bytes() => Survives(undisturbed, Kills);

    internal static async Task Survives(TinySweep sweep, int kills)
    {
        var seed = Environment.TickCount;
        var report = await new KillMatrix(sweep, new Random(seed)).RunAsync(kills, _ => { });
        Assert.True(report.IsClean, $"seed {seed}: {report}");
    }

    [Fact]
    public async Task A_worker_killed_under_its_driver_costs_one_attempt_and_no_run()
    {
        var error = await Disturbed(driver => driver.KillWorkers(), "killed by signal 9, as Linux does where memory runs out");
        Assert.Contains("retry lm-", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preempted_worker_saves_its_run_and_another_one_goes_on() =>
        Assert.Contains("retry lm-", await Disturbed(driver => driver.SignalWorkers("TERM"), "stopped; a checkpoint was written"), StringComparison.Ordinal);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_leaves_a_folder_that_continues(string signal, int exit)
    {
        var (folder, code, error) = await undisturbed.CatchAsync(driver => driver.Signal(signal), (code, _, _) => code != 0);
        Assert.True(code == exit, error);
        Assert.Contains("the same command goes on from here", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "owner.json")));
        await undisturbed.Finish(folder);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once_and_the_folder_continues_all_the_same()
    {
        // Workers that cannot answer: nobody writes the checkpoints that the first signal asks for.
        var waits = false;
        var (folder, code, error) = await undisturbed.CatchAsync(
            async driver =>
            {
                driver.SignalWorkers("STOP");
                driver.Signal("INT");
                waits = !await driver.IsOverAfterAsync(TimeSpan.FromSeconds(1));
                driver.Signal("INT");
            },
            (code, _, _) => code != 0);
        Assert.True(code == 130, error);
        Assert.True(waits);
        await undisturbed.Finish(folder);
    }

    [Fact]
    public async Task One_folder_has_one_driver_and_another_shell_can_stop_it()
    {
        var folder = undisturbed.NewFolder();
        using var driver = new Driver(undisturbed.Data, "run", undisturbed.LongSpec, "--out", folder);
        await driver.Started;
        using var second = new Driver(undisturbed.Data, "run", undisturbed.LongSpec, "--out", folder);
        var (refusal, _, reason) = await second.EndAsync();
        Assert.True(refusal == 2, reason);
        Assert.Contains("is being driven by process", reason, StringComparison.Ordinal);

        using var cancel = new Driver(undisturbed.Data, "cancel", folder);
        Assert.Equal(0, (await cancel.EndAsync()).Code);
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 130, error);
        using var status = new Driver(undisturbed.Data, "status", folder);
        Assert.Contains("nobody drives it; run it again to go on", (await status.EndAsync()).Output, StringComparison.Ordinal);
    }

    private async Task<string> Disturbed(Action<Driver> disturb, string effect)
    {
        var (folder, code, error) = await undisturbed.CatchAsync(disturb, (_, _, log) => log.Contains(effect, StringComparison.Ordinal));
        Assert.True(code == 0, error);
        Assert.Contains(effect, error, StringComparison.Ordinal);
        Assert.Equal((undisturbed.Results, undisturbed.Curves), TinySweep.Tables(folder));
        return error;
    }
}
