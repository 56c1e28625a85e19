using System.Text.Json;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Tests;

public sealed class RunKeyTests
{
    internal static readonly TrainingSpec Branch = new()
    {
        Model = LanguageModelFamily.Solve(133e3, new LanguageModelOptions(), vocabulary: 256),
        Corpus = new string('a', 64),
        Phase = RunPhase.Branch,
        StartStep = 1562,
        EndStep = 1953,
        D = 999_936,
        Batch = new BatchSpec { Initial = 512 },
        Schedule = new ScheduleSpec { Kind = ScheduleKind.Wsd, Warmup = 20_480 },
        Optimizer = new OptimizerSpec { Lr = 4e-3 },
        Seed = 0,
    };

    [Fact]
    public void Keys_are_golden()
    {
        Assert.Equal("lm-n133k-d1M-s0-16939c9dd5a8", RunKey.Of(Branch));
        Assert.Equal(
            """{"batch":{"initial":512},"corpus":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","d":999936,"end_step":1953,"model":{"context":128,"depth":2,"family":"lm","feed_forward":176,"heads":2,"vocabulary":256,"width":64},"optimizer":{"lr":0.004},"phase":"branch","schedule":{"kind":"wsd","warmup":20480},"semantics":3,"start_step":1562}""",
            RunKey.Canonical(Branch));
    }

    [Fact]
    public void Raising_the_semantics_retires_every_key() =>
        Assert.NotEqual(RunKey.Of(Branch), RunKey.Of(Branch with { Semantics = TrainingSpec.CurrentSemantics + 1 }));

    [Fact]
    public void A_missing_key_means_its_default()
    {
        Assert.Equal(new OptimizerSpec { Lr = 1 }, JsonSerializer.Deserialize("""{"lr":1}""", ContractJson.Default.OptimizerSpec));
        Assert.Equal(new BatchSpec { Initial = 1 }, JsonSerializer.Deserialize("""{"initial":1}""", ContractJson.Default.BatchSpec));
        Assert.Equal(new ExecutionSpec { Chunk = 1 }, JsonSerializer.Deserialize("""{"chunk":1}""", ContractJson.Default.ExecutionSpec));
    }

    [Fact]
    public void A_run_spec_survives_its_file()
    {
        var spec = new RunSpec
        {
            Key = RunKey.Of(Branch),
            Sweep = "quick",
            Training = Branch,
            Execution = new ExecutionSpec { Chunk = 16 },
            Evaluation = new EvaluationSpec(),
            Build = "0.1.0",
        };
        var text = JsonSerializer.Serialize(spec, ContractJson.Default.RunSpec);
        Assert.Equal(spec, JsonSerializer.Deserialize(text, ContractJson.Default.RunSpec));
    }
}
