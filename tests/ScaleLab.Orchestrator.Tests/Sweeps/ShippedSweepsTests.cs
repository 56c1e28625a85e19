using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class ShippedSweepsTests : IDisposable
{
    // The shards that lm-gpu.yaml waits for lie beside the folder of the specs.
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-shipped-").FullName;

    public static TheoryData<string> Names =>
    [
        .. Directory.EnumerateFiles(Golden.RepositoryFile("sweeps"), "*.yaml", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Golden.RepositoryFile("sweeps"), f))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_shipped_sweep_plans_within_one_epoch(string name)
    {
        var spec = Path.Combine(_root, "sweeps", name);
        Directory.CreateDirectory(Path.GetDirectoryName(spec)!);
        File.Copy(Golden.RepositoryFile(Path.Combine("sweeps", name)), spec);
        Directory.CreateDirectory(Path.Combine(_root, "data", "fineweb10B"));
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(spec)!, "cifar-10-batches-bin"));

        var sweep = SweepFile.Read(spec);
        var corpus = sweep.Spec.Family.Unit != "tokens" ? Sample.Images with { Images = Sample.Images.Images! with { Frames = sweep.Spec.Family.Unit == "clips" ? 8 : 1 } }
            : sweep.Spec.Data.VocabularySize is { } vocabulary
            ? Sample.Corpus with { VocabularySize = vocabulary, TokenBytes = 2, TrainTokens = 10_000_000_000 }
            : sweep.Spec.Data is { Source: DataSource.CounterfactualGrammar or DataSource.Repeats } world
            ? Sample.Corpus with { VocabularySize = Vocabulary(world), TrainTokens = world.Tokens ?? 1_000_000 }
            : Sample.Corpus with { TrainTokens = 8_771_714 };
        var target = sweep.Spec.Train.Precision == Precision.Bf16 ? new Target { Device = "cuda" } : new Target();
        var plan = await Planner.PlanAsync(sweep, (_, _) => Task.FromResult(corpus), target, TestContext.Current.CancellationToken);

        Assert.Equal(Path.GetFileNameWithoutExtension(name), plan.Name);
        Assert.Contains(name.Contains('/', StringComparison.Ordinal) ? "$schema=../sweep.schema.json" : "$schema=./sweep.schema.json", sweep.Text.Split('\n')[0], StringComparison.Ordinal);
        Assert.All(plan.Runs, r => Assert.InRange(r.Exposure.Epochs, 0, 1));
        Assert.All(plan.Runs, r => Assert.InRange(r.Memory, 0, Placement.Usable(target) ?? double.MaxValue));
    }

    private static int Vocabulary(DataSpec world) => world.Source == DataSource.Repeats
        ? (world.Symbols ?? 64) + 1
        : new CounterfactualGrammar(world.Attributes ?? 5, world.Cues ?? 6).Vocabulary;
}
