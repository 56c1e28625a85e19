namespace ScaleLab.EndToEnd.Tests;

/// <summary>A tiny real sweep, run once without trouble: what the disturbed ones are compared with.</summary>
public sealed class UndisturbedSweep : IAsyncLifetime
{
    private const string Text =
        """
        name: tiny
        model: lm
        data: {source: markov, states: 16, tokens: 400_000}
        options: {context: 32}
        grid:
          n: [8k, 16k]
          d: [40k, 80k, 160k]
        train: {warmup: 4096}
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public string Data => Path.Combine(_root, "data");

    public string Spec => Path.Combine(_root, "tiny.yaml");

    /// <summary>A sweep that nobody waits for.</summary>
    public string LongSpec => Path.Combine(_root, "long.yaml");

    public string Results { get; private set; } = "";

    public string Curves { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        File.WriteAllText(Spec, Text);
        File.WriteAllText(LongSpec, Text.Replace("40k, 80k, 160k", "50M", StringComparison.Ordinal));
        var folder = NewFolder();
        using var driver = new Driver(Data, "run", Spec, "--out", folder);
        var (code, _, error) = await driver.EndAsync();
        Assert.True(code == 0, error);
        (Results, Curves) = Tables(folder);
        Assert.Equal(7, Results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    internal static (string Results, string Curves) Tables(string folder) =>
        (File.ReadAllText(Path.Combine(folder, "results.csv")), File.ReadAllText(Path.Combine(folder, "curves.csv")));

    internal string NewFolder() => Path.Combine(_root, Guid.NewGuid().ToString("N"));
}
