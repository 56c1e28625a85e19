namespace ScaleLab.EndToEnd.Tests;

public sealed class EvaluationTests(UndisturbedSweep undisturbed)
{
    [Fact]
    public async Task A_changed_evaluation_measures_finished_runs_anew_and_trains_nothing()
    {
        var folder = undisturbed.NewFolder();
        var spec = folder + ".yaml";
        File.WriteAllText(spec, File.ReadAllText(undisturbed.Spec) + "\nevaluation: {blocks: 2}\n");
        await RunAsync(spec, folder);
        Assert.NotEqual(undisturbed.Results, TinySweep.Tables(folder).Results);
        var results = Directory.GetFiles(folder, "result.json", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText);

        Assert.Contains("6 finished runs measured as 'evaluation' now says, from their weights", await RunAsync(undisturbed.Spec, folder), StringComparison.Ordinal);
        Assert.Equal((undisturbed.Results, undisturbed.Curves), TinySweep.Tables(folder));
        Assert.All(results, r => Assert.Equal(r.Value, File.ReadAllText(r.Key)));

        // Back again, with one that has lost its weights: the others' losses are kept, and nobody's mixed.
        File.WriteAllText(spec, File.ReadAllText(undisturbed.Spec) + "\nevaluation: {blocks: 3}\n");
        var lost = Directory.GetDirectories(folder, "model", SearchOption.AllDirectories)[0];
        Directory.Delete(lost, recursive: true);
        Assert.Contains("1 finished run has no weights that could be measured anew: no val_loss under this 'evaluation'", await RunAsync(spec, folder), StringComparison.Ordinal);
        var rows = File.ReadAllLines(Path.Combine(folder, "results.csv")).Select(r => r.Split(',')).ToList();
        var column = Array.IndexOf(rows[0], "val_loss");
        Assert.Equal("unmeasured", Assert.Single(rows, r => r[column].Length == 0)[Array.IndexOf(rows[0], "status")]);
    }

    private async Task<string> RunAsync(string spec, string folder)
    {
        using var driver = new Driver(undisturbed.Data, "run", spec, "--out", folder);
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 0, error);
        return error;
    }
}
