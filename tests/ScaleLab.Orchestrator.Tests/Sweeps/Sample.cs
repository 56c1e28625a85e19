using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

/// <summary>A corpus that never was, and plans over it.</summary>
internal static class Sample
{
    public static CorpusInfo Corpus { get; } = new()
    {
        Hash = new string('a', 64),
        Origin = "dotnet-docs 10.0.9",
        Vocabulary = "bytes",
        VocabularySize = 256,
        TokenBytes = 1,
        TrainTokens = 8_800_000,
        HeldOutTokens = 262_144,
        HeldOutBytes = 262_144,
        BlockTokens = 4096,
    };

    /// <summary>Images that never repeat.</summary>
    public static CorpusInfo Images { get; } = new()
    {
        Hash = new string('b', 64),
        Origin = "shape-leaves 32 pixels, seed 0",
        Vocabulary = "",
        VocabularySize = 0,
        TokenBytes = 0,
        TrainTokens = 0,
        HeldOutTokens = 0,
        BlockTokens = 0,
        Images = new ImageInfo { Size = 32, Channels = 3, HeldOut = 2048, Classes = 5, Mean = [0.5, 0.5, 0.5], Deviation = [0.3, 0.3, 0.3] },
    };

    public const string Head =
        """
        name: sample
        model: lm
        data: {source: dotnet-docs}

        """;

    public static Plan Plan(string rest, Target? target = null) => PlanText(Head + rest, target);

    public static Plan PlanText(string text, Target? target = null) => Planner.Plan(SweepFile.Parse("sample.yaml", text), Corpus, target ?? new Target(), "0.1.0");
}
