namespace ScaleLab.EndToEnd.Tests;

public sealed class PackingTests(UndisturbedSweep undisturbed)
{
    // The undisturbed sweep has as many as there are cores.
    [Fact]
    public async Task Losses_do_not_depend_on_how_many_runs_share_the_device()
    {
        var folder = undisturbed.NewFolder();
        using var driver = new Driver(undisturbed.Data, "run", undisturbed.Spec, "--out", folder, "--lanes", "5");
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((undisturbed.Results, undisturbed.Curves), TinySweep.Tables(folder));
    }

    [Fact]
    public void What_runs_took_is_accounted_for()
    {
        var rows = File.ReadAllLines(Path.Combine(undisturbed.Folder, "timings.csv")).Select(l => l.Split(',')).ToList();
        foreach (var column in (string[])["device_hours", "mfu", "peak_flops", "peak_memory_bytes", "device_name"])
        {
            var at = Array.IndexOf(rows[0], column);
            Assert.All(rows.Skip(1), r => Assert.NotEmpty(r[at]));
        }
    }
}
