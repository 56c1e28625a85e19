using System.Globalization;

namespace ScaleLab.EndToEnd.Tests;

public sealed class TrunkTests(UndisturbedSweep undisturbed)
{
    private const string AllD = "d: [20k, 40k, 80k]";

    [Fact]
    public async Task Points_of_a_shared_trunk_equal_those_trained_alone_and_the_plan_tells_what_it_saves()
    {
        var alone = new List<string>();
        var spent = 0.0;
        foreach (var d in (string[])["20k", "40k", "80k"])
        {
            var folder = await RunAsync(undisturbed.NewFolder(), $"d: [{d}]");
            alone.AddRange(Table(folder, "results.csv")[1..]);
            spent += Spent(folder);
        }

        var together = Table(undisturbed.Folder, "results.csv")[1..];
        Assert.Equal(together.Order(StringComparer.Ordinal), alone.Order(StringComparer.Ordinal));

        using var plan = new Driver(undisturbed.Data, "plan", undisturbed.Spec);
        var saved = (1 - (Spent(undisturbed.Folder) / spent)).ToString("0 %", CultureInfo.InvariantCulture);
        Assert.Contains($": shared trunks save {saved}\n", (await plan.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d: [20k, 40k]")] // the trunk goes on to the fork of 80k
    [InlineData("d: [20k, 80k]")] // a fork in the middle
    public async Task A_new_amount_of_data_costs_each_size_one_stretch_of_trunk_and_one_cooldown(string before)
    {
        var folder = await RunAsync(undisturbed.NewFolder(), before);
        var results = Results(folder).ToDictionary(f => f, File.GetLastWriteTimeUtc);
        Assert.Equal(8, results.Count);

        await RunAsync(folder, AllD);
        Assert.Equal(undisturbed.Results, File.ReadAllText(Path.Combine(folder, "results.csv")));
        Assert.All(results, r => Assert.Equal(r.Value, File.GetLastWriteTimeUtc(r.Key)));
        Assert.Equal(12, Results(folder).Length);
        Assert.All(Directory.GetDirectories(folder, "attempts", SearchOption.AllDirectories), a => Assert.Single(Directory.GetDirectories(a)));
    }

    private static string[] Results(string folder) => Directory.GetFiles(folder, "result.json", SearchOption.AllDirectories);

    private static string[] Table(string folder, string name) => File.ReadAllLines(Path.Combine(folder, name));

    private static double Spent(string folder)
    {
        var rows = Table(folder, "timings.csv").Select(r => r.Split(',')).ToList();
        var column = Array.IndexOf(rows[0], "c_spent");
        return rows.Skip(1).Sum(r => double.Parse(r[column], CultureInfo.InvariantCulture));
    }

    private async Task<string> RunAsync(string folder, string amounts)
    {
        var spec = folder + ".yaml";
        File.WriteAllText(spec, File.ReadAllText(undisturbed.Spec).Replace(AllD, amounts, StringComparison.Ordinal));
        using var driver = new Driver(undisturbed.Data, "run", spec, "--out", folder);
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 0, error);
        return folder;
    }
}
