using System.Diagnostics;

namespace ScaleLab.EndToEnd.Tests;

/// <summary>A small real sweep (two trunks, six branches), run once without trouble: what disturbed ones are compared with.</summary>
public class TinySweep : IDisposable
{
    /// <summary>A vision method with all that a method can carry: views, a teacher, a centre, random streams.</summary>
    public const string Vision =
        """
        name: tiny
        model: dino
        data: {source: shape-leaves, size: 16, held_out_images: 64}
        options: {depth: 2, prototypes: 64}
        grid:
          n: [7.4k]
          d: [640, 960, 1280]
        train: {warmup: 64, batch: 32}
        evaluation: {probe_images: 64}
        """;

    private const string Text =
        """
        name: tiny
        model: lm
        data: {source: markov, states: 16, tokens: 200_000}
        options: {context: 32}
        grid:
          n: [8k, 16k]
          d: [20k, 40k, 80k]
        train: {warmup: 4096}
        """;

    private const string Deep =
        """
        name: deep
        model: lm
        data: {source: markov, states: 16, tokens: 200_000}
        options: {context: 128, depth: 8}
        grid: {n: [30k], d: [20k]}
        train: {warmup: 4096, batch: 2048, schedule: cosine}
        """;

    private const int Tries = 5;

    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public TinySweep(string text = Text)
    {
        File.WriteAllText(Spec, text);
        File.WriteAllText(LongSpec, Text.Replace("20k, 40k, 80k", "50M", StringComparison.Ordinal));
        File.WriteAllText(DeepSpec, Deep);
    }

    public string Data => Path.Combine(_root, "data");

    public string Spec => Path.Combine(_root, "tiny.yaml");

    /// <summary>A sweep that nobody waits for.</summary>
    public string LongSpec => Path.Combine(_root, "long.yaml");

    /// <summary>One model with more activations than weights.</summary>
    public string DeepSpec => Path.Combine(_root, "deep.yaml");

    /// <summary>Of the undisturbed run.</summary>
    public string Folder { get; private set; } = "";

    public string Results { get; private set; } = "";

    public string Curves { get; private set; } = "";

    public TimeSpan Duration { get; private set; }

    public static (string Results, string Curves) Tables(string folder) =>
        (File.ReadAllText(Path.Combine(folder, "results.csv")), File.ReadAllText(Path.Combine(folder, "curves.csv")));

    public string NewFolder() => Path.Combine(_root, Guid.NewGuid().ToString("N"));

    /// <summary>Runs it undisturbed.</summary>
    public async Task BeginAsync()
    {
        var begun = Stopwatch.StartNew();
        Folder = NewFolder();
        using var driver = Run(Folder);
        var (code, _, error) = await driver.EndAsync();
        if (code != 0)
        {
            throw new InvalidOperationException(error);
        }

        Duration = begun.Elapsed;
        (Results, Curves) = Tables(Folder);
    }

    /// <summary>Does something to a sweep in full swing, once its first run is through. A test that gets its turn too late, on a machine full of work, begins anew.</summary>
    /// <param name="disturb">Does it.</param>
    /// <param name="isHit">Whether the sweep has felt it, by its exit code, folder and log.</param>
    internal async Task<(string Folder, int Code, string Error)> CatchAsync(Func<Driver, Task> disturb, Func<int, string, string, bool> isHit)
    {
        for (var tries = 1; ; tries++)
        {
            var folder = NewFolder();
            using var driver = Run(folder);
            await driver.Finished;
            await disturb(driver);
            var (code, _, error) = await driver.EndAsync();
            if (isHit(code, folder, error) || tries == Tries)
            {
                return (folder, code, error);
            }
        }
    }

    internal Task<(string Folder, int Code, string Error)> CatchAsync(Action<Driver> disturb, Func<int, string, string, bool> isHit) => CatchAsync(
        driver =>
        {
            disturb(driver);
            return Task.CompletedTask;
        },
        isHit);

    internal Driver Run(string folder) => new(Data, "run", Spec, "--out", folder);

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }
}
