using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Emergence;

/// <summary>What emerges in a language model, by the columns of results.csv.</summary>
/// <param name="model">Trained.</param>
/// <param name="shape">Of it.</param>
/// <param name="corpus">Its held-out part is measured on.</param>
/// <param name="evaluation">What is wanted.</param>
/// <param name="device">Where the model lives.</param>
internal sealed class LanguageMetrics(LanguageModel model, LanguageModelShape shape, TokenCorpus corpus, EvaluationSpec evaluation, Device device)
{
    // Tokens that training shows rarely say nothing of what it taught; more choices than these cost memory and tell no more.
    private const double CommonShare = 0.99;
    private const int MostChoices = 256;
    private const long MostCounted = 1 << 22;

    // Codes that the probe of concepts reads, and windows of one pass.
    private const int MostCodes = 1 << 16;
    private const int Batch = 32;

    // Whitening a table of V rows in C dimensions has meaning where V ≫ C; small models have not that many tokens.
    private const double Ridge = 0.1;

    // Predictions of the longest windows. Of strings that stand alone, the last place predicts nothing; nor do those beyond a block that is shorter than the context.
    private readonly int _whole = corpus.Info.Strings?.Predictions ?? Math.Min(shape.Context, corpus.Info.BlockTokens - 1);
    private readonly long? _start = corpus.Info.Strings is null ? null : StartSymbol(corpus);

    private readonly Dictionary<string, double> _columns = [];
    private readonly Dictionary<string, double[][]> _heads = [];

    /// <exception cref="InputException">Words of <see cref="EvaluationSpec.Pairs"/> are no tokens, or none are known.</exception>
    public static void Check(EvaluationSpec evaluation, CorpusInfo corpus)
    {
        if (evaluation.Measures(MetricName.LinearRepresentation))
        {
            TokenConcept.Of(evaluation.Pairs, corpus);
        }
    }

    /// <param name="untrained">The same shape with the weights that training began with.</param>
    /// <param name="stop">Ends the measurement.</param>
    public (IReadOnlyDictionary<string, double>? Columns, IReadOnlyDictionary<string, double[][]>? Heads) Measure(Func<LanguageModel> untrained, CancellationToken stop)
    {
        if (evaluation.Measures(MetricName.InContext))
        {
            MeasureInContext(stop);
        }

        if (evaluation.Measures(MetricName.Induction))
        {
            MeasureInduction(untrained);
        }

        stop.ThrowIfCancellationRequested();
        if (evaluation.Measures(MetricName.LinearRepresentation))
        {
            MeasureConcepts(stop);
        }

        return (_columns.Count > 0 ? new SortedDictionary<string, double>(_columns, StringComparer.Ordinal) : null, _heads.Count > 0 ? new SortedDictionary<string, double[][]>(_heads, StringComparer.Ordinal) : null);
    }

    private void MeasureInContext(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var losses = new List<Tensor>();
        foreach (var (inputs, targets) in Windows(stop))
        {
            using var inner = NewDisposeScope();
            var logits = model.Logits(inputs.to(device)).to(float32);
            losses.Add(F.cross_entropy(logits.view(-1, shape.Vocabulary), targets.to(device).view(-1), reduction: nn.Reduction.None).view(targets.shape).narrow(1, 0, _whole).cpu().MoveToOuterDisposeScope());
        }

        if (losses.Count > 0)
        {
            var (score, error, late) = InContext.Score(cat(losses));
            Add("in_context_score", score);
            Add("in_context_score_se", error);
            Add("late_loss", late);
        }
    }

    private void MeasureInduction(Func<LanguageModel> untrained)
    {
        using var scope = NewDisposeScope();
        var alphabet = CommonTokens();
        if (alphabet.Count < 2 || shape.Context - (_start is null ? 0 : 1) < 4)
        {
            // No two tokens that come twice.
            return;
        }

        var measured = Induction.Measure(model, shape.Context, alphabet, device, _start);
        Add("prefix_matching", measured.BestPrefix);
        Add("copy_score", measured.BestCopy);
        Add("induction_score", measured.Score);
        Add("repeat_loss", measured.RepeatLoss);
        Add("repeat_loss_first", measured.FirstLoss);
        Add("repeat_accuracy", measured.RepeatAccuracy);
        _heads["prefix_matching"] = measured.Prefix;
        _heads["copy_score"] = measured.Copy;
        using var before = untrained();
        Add("prefix_matching_random", Induction.Measure(before, shape.Context, alphabet, device, _start).BestPrefix);
    }

    private void MeasureConcepts(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var concepts = TokenConcept.Of(evaluation.Pairs, corpus.Info);
        var table = model.Unembedding.to(float64, CPU);
        var metric = LinearRepresentation.CausalInnerProduct(table, Ridge);
        var (codes, next) = Codes(stop);
        var answers = concepts.Select(c => (Differences: Differences(table, c.Pairs), c.Pairs)).ToList();
        Add("linear_cosine", answers.Average(c => LinearRepresentation.LeaveOneOut(c.Differences, metric).Average()));
        if (CommonTokens() is { Count: > 1 } common)
        {
            Add("linear_cosine_shuffled", LinearRepresentation.LeaveOneOut(Differences(table, RandomPairs(common, concepts.Max(c => c.Pairs.Count))), metric).Average());
        }

        Add("concept_steering", answers.Average(c => LinearRepresentation.Steering(c.Differences, table, metric).Average()));
        Add("concept_probe", answers.SelectMany(c => LinearRepresentation.Probe(c.Differences, codes, next, c.Pairs)).DefaultIfEmpty(double.NaN).Average());
        Add("analogy_accuracy", concepts.Average(c => Analogies(table, c.Pairs)));
    }

    private static Tensor Differences(Tensor table, IReadOnlyList<(long From, long To)> pairs) =>
        table.index_select(0, tensor(pairs.Select(p => p.To).ToArray())) - table.index_select(0, tensor(pairs.Select(p => p.From).ToArray()));

    // Every pair is to answer for every other.
    private static double Analogies(Tensor table, IReadOnlyList<(long From, long To)> pairs) =>
        (from known in pairs
         from asked in pairs
         where known.From != asked.From && known.To != asked.To
         select LinearRepresentation.Analogy(table, known.From, known.To, asked.From).Answer == asked.To ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();

    private static List<(long, long)> RandomPairs(List<long> common, int count)
    {
        var random = new SplitMix64(1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var from = random.Below(common.Count);
            return (common[from], common[(from + 1 + random.Below(common.Count - 1)) % common.Count]);
        })];
    }

    private (Tensor Codes, Tensor Next) Codes(CancellationToken stop)
    {
        var (codes, next) = (new List<Tensor>(), new List<Tensor>());
        foreach (var (inputs, targets) in Windows(stop).Take((MostCodes / (Batch * shape.Context)) + 1))
        {
            using var inner = NewDisposeScope();
            codes.Add(model.Codes(inputs.to(device)).to(float64, CPU).MoveToOuterDisposeScope());
            next.Add(targets.view(-1).MoveToOuterDisposeScope());
        }

        return codes.Count > 0 ? (cat(codes), cat(next)) : (zeros([0, shape.Width], float64), zeros([0], int64));
    }

    // Whole windows of the held-out set, some at a time.
    private IEnumerable<(Tensor Inputs, Tensor Targets)> Windows(CancellationToken stop)
    {
        foreach (var block in HeldOutWindow.Of(corpus.Info, shape.Context, evaluation.Blocks).Where(w => w.Predictions == _whole).Chunk(Batch))
        {
            stop.ThrowIfCancellationRequested();
            var (inputs, targets) = (new long[block.Length * shape.Context], new long[block.Length * shape.Context]);
            for (var i = 0; i < block.Length; i++)
            {
                block[i].Read(corpus, inputs.AsSpan(i * shape.Context, shape.Context), targets.AsSpan(i * shape.Context, shape.Context));
            }

            long[] size = [block.Length, shape.Context];
            yield return (tensor(inputs, size), tensor(targets, size));
        }
    }

    // The most frequent ids that make up nearly all of the held-out tokens.
    private List<long> CommonTokens()
    {
        var ids = new long[Math.Min(corpus.Info.HeldOutTokens, MostCounted)];
        corpus.ReadHeldOut(0, ids);
        var enough = (long)(CommonShare * ids.Length);
        var seen = 0L;
        return [.. ids.Where(id => id != _start).CountBy(id => id).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(MostChoices).TakeWhile(c =>
        {
            var wanted = seen < enough;
            seen += c.Value;
            return wanted;
        }).Select(c => c.Key)];
    }

    private static long StartSymbol(TokenCorpus corpus)
    {
        var first = new long[1];
        corpus.ReadHeldOut(0, first);
        return first[0];
    }

    // What is no number is missing.
    private void Add(string column, double value)
    {
        if (double.IsFinite(value))
        {
            _columns[column] = value;
        }
    }
}
