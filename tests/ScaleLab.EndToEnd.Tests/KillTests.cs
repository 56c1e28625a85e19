namespace ScaleLab.EndToEnd.Tests;

public sealed class KillTests(UndisturbedSweep undisturbed) : IClassFixture<UndisturbedSweep>
{
    private const int Kills = 8;

    [Fact]
    public async Task Killed_at_any_moment_a_sweep_finishes_with_the_same_bytes()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var folder = undisturbed.NewFolder();
        for (var kill = 0; kill < Kills; kill++)
        {
            using var driver = Run(folder);
            if (random.Next(4) > 0)
            {
                await driver.Started;
            }

            // Time passes here so that the kill falls anywhere in a live process; nothing is awaited by it.
            await Task.Delay(random.Next(2000), TestContext.Current.CancellationToken);
            var whom = random.Next(3);
            if (whom != 0)
            {
                driver.KillWorkers();
            }

            if (whom != 1)
            {
                driver.Kill();
                await driver.EndAsync();
            }
            else if (random.Next(2) == 0)
            {
                // The driver replaces its workers, and dies a little later.
                await Task.Delay(random.Next(2000), TestContext.Current.CancellationToken);
            }
        }

        await Finish(folder, $"seed {seed}");
    }

    [Fact]
    public async Task A_worker_killed_under_its_driver_costs_one_attempt_and_no_run()
    {
        var folder = undisturbed.NewFolder();
        using var driver = Run(folder);
        await driver.Finished;
        driver.KillWorkers();
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 0, error);
        Assert.Contains("retry lm-", error, StringComparison.Ordinal);
        Assert.Equal((undisturbed.Results, undisturbed.Curves), UndisturbedSweep.Tables(folder));
    }

    [Fact]
    public async Task Ctrl_C_leaves_a_folder_that_continues()
    {
        var folder = undisturbed.NewFolder();
        using var driver = Run(folder);
        await driver.Finished;
        driver.Interrupt();
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 130, error);
        Assert.Contains("the same command goes on from here", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "owner.json")));
        await Finish(folder, "Ctrl-C");
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

    private Driver Run(string folder) => new(undisturbed.Data, "run", undisturbed.Spec, "--out", folder);

    private async Task Finish(string folder, string story)
    {
        using var last = Run(folder);
        var (code, _, error) = await last.EndAsync();
        Assert.True(code == 0, $"{story}: {error}");
        var (results, curves) = UndisturbedSweep.Tables(folder);
        Assert.True(undisturbed.Results == results, $"{story}: results.csv differs:\n{results}");
        Assert.True(undisturbed.Curves == curves, $"{story}: curves.csv differs:\n{curves}");
    }
}
