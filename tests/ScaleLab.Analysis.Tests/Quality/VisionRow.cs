using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Tests.Quality;

internal static class VisionRow
{
    public static ResultRow At(double c, double loss, string model = "mae") => new()
    {
        RunKey = FormattableString.Invariant($"{model}-{c}"),
        Sweep = $"{model}-sweep",
        Model = model,
        Status = "ok",
        N = 1000,
        NNonEmbedding = 900,
        NEmbedding = 100,
        NHead = 0,
        D = 1000,
        UniqueD = 1000,
        Epochs = 0,
        C = c,
        CSpent = c,
        Width = 16,
        Depth = 2,
        Heads = 1,
        Batch = 128,
        Steps = 10,
        Lr = 1e-3,
        Schedule = "wsd",
        Seed = 0,
        ValLoss = loss,
        ProbeError = loss / 2,
        ProbeErrorSe = 0.01,
        KnnError = loss / 2,
    };
}
