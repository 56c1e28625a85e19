using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Export;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Emergence;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives;

/// <summary>Autoregressive language modelling: cross entropy of every next token.</summary>
internal sealed class NextToken : IObjective
{
    private readonly LanguageModelShape _shape;
    private readonly LanguageModel _model;
    private readonly TokenCorpus _corpus;
    private readonly SampleOrder _order;
    private readonly Device _device;
    private readonly TrainingSpec _training;

    public NextToken(TrainingSpec training, CorpusStore store, Device device, bool recompute = false)
    {
        _training = training;
        _shape = (LanguageModelShape)training.Model;
        _device = device;
        _corpus = new TokenCorpus(store, training.Corpus);
        _order = new SampleOrder(_corpus.Windows(_shape.Context), training.Seed);
        _model = new LanguageModel(_shape, training.Seed, device, precision: training.Precision) { Recompute = recompute };
    }

    public ParameterSet Parameters => _model.Parameters;

    public LanguageModel Model => _model;

    public int Context => _shape.Context;

    public bool IsStatic => !_model.Recompute;

    public Tensor LossSum(Tensor[] batch, long first) => PerUnit(_model.LossSum(batch[0].narrow(1, 0, Context), batch[0].narrow(1, 1, Context)));

    /// <summary>D counts the start symbols of strings too; their loss is a mean over what is predicted.</summary>
    public Tensor PerUnit(Tensor nats) => _corpus.Info.Strings is { } strings ? nats * ((double)strings.Tokens / strings.Predictions) : nats;

    /// <summary>Samples <paramref name="first"/> … and the token after each: int64 (B, T + 1), on the device.</summary>
    public Tensor Windows(long first, int count) => Transfer.To(Read(first, count)[0], _device);

    public Tensor[] Read(long first, int count)
    {
        var context = _shape.Context;
        var ids = new long[count * (context + 1)];
        for (var i = 0; i < count; i++)
        {
            var window = ids.AsSpan(i * (context + 1), context + 1);
            _corpus.ReadTrain(_order[first + i] * context, window);
            if (_corpus.Info.Strings is not null)
            {
                window[^1] = HeldOutWindow.Ignored; // the next string's start symbol: nobody's to predict, here as in the held-out set
            }
        }

        return [tensor(ids, [count, context + 1])]; // (B, T + 1)
    }

    public void Check(EvaluationSpec evaluation) => LanguageMetrics.Check(evaluation, _corpus.Info);

    public Evaluation Evaluate(EvaluationSpec evaluation, CancellationToken stop)
    {
        using var frozen = no_grad();
        var losses = new List<(double Nats, int Predictions)>();
        foreach (var block in HeldOutWindow.Of(_corpus.Info, _shape.Context, evaluation.Blocks).GroupBy(w => w.Block))
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var windows = block.ToArray();
            var (inputs, targets) = (new long[windows.Length * _shape.Context], new long[windows.Length * _shape.Context]);
            for (var i = 0; i < windows.Length; i++)
            {
                windows[i].Read(_corpus, inputs.AsSpan(i * _shape.Context, _shape.Context), targets.AsSpan(i * _shape.Context, _shape.Context));
            }

            long[] size = [windows.Length, _shape.Context];
            var nats = _model.LossSum(tensor(inputs, size).to(_device), tensor(targets, size).to(_device));
            losses.Add((nats.item<float>(), windows.Sum(w => w.Predictions)));
        }

        var predictions = losses.Sum(l => l.Predictions);
        var mean = losses.Sum(l => l.Nats) / predictions;
        if (!double.IsFinite(mean))
        {
            // Of a model that has diverged nothing else can be measured.
            return new Evaluation(mean, null);
        }

        // Of a ratio of sums over blocks; equal blocks make it the usual standard error of the mean.
        var variance = losses.Sum(l => Math.Pow(l.Nats - (mean * l.Predictions), 2)) * losses.Count / (losses.Count - 1.0);
        var info = _corpus.Info;
        var (columns, heads) = new LanguageMetrics(_model, _shape, _corpus, evaluation, _device)
            .Measure(() => new LanguageModel(_shape, _training.Seed, _device, precision: _training.Precision), stop);
        if (info.EntropyFloor is { } floor && losses.Count == info.HeldOutBlocks)
        {
            columns = new Dictionary<string, double>(columns ?? new Dictionary<string, double>()) { [RunEvaluation.LossFloor] = floor };
        }

        return new Evaluation(
            mean,
            losses.Count > 1 ? Math.Sqrt(variance) / predictions : null,
            info.HeldOutBytes is { } bytes ? mean / Math.Log(2) * info.HeldOutTokens / bytes : null,
            columns,
            heads);
    }

    public void Export(string folder) => LlamaExport.Write(folder, _shape, Parameters);

    public void Import(string folder) => LlamaExport.Read(folder, _shape, Parameters);

    public void Dispose()
    {
        _model.Dispose();
        _corpus.Dispose();
    }
}
