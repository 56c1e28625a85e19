using System.Numerics;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What a law reads of the observations, as columns of centred logarithms, padded to the vector width by rows of weight zero.</summary>
internal sealed class FitData
{
    public FitData(IReadOnlyList<Observation> observations, ScalingLaw law)
        : this(observations.Count)
    {
        for (var i = 0; i < Count; i++)
        {
            (X[i], Y[i], Epochs[i]) = law.Read(observations[i].Scale);
            LogLoss[i] = Math.Log(observations[i].Loss);
            Weights[i] = 1;
        }

        Centre = new Centre(Center(X), Center(Y), Center(LogLoss));
        for (var i = 0; i < LogLoss.Length; i++)
        {
            Loss[i] = Math.Exp(LogLoss[i]);
        }
    }

    private FitData(int count)
    {
        Count = count;
        var width = Vector<double>.Count;
        var padded = (count + width - 1) / width * width;
        (X, Y, Epochs, LogLoss, Loss, Weights) = (new double[padded], new double[padded], new double[padded], new double[padded], new double[padded], new double[padded]);
    }

    private FitData(FitData rows, double[] logLoss, double[] loss) =>
        (Count, X, Y, Epochs, LogLoss, Loss, Weights) = (rows.Count, rows.X, rows.Y, rows.Epochs, logLoss, loss, rows.Weights);

    /// <summary>Rows without the padding.</summary>
    public int Count { get; }

    /// <summary>ln N, or of whatever the law reads in its place.</summary>
    public double[] X { get; private init; }

    /// <summary>ln D.</summary>
    public double[] Y { get; private init; }

    /// <summary>ln(D / unique D); not centred.</summary>
    public double[] Epochs { get; }

    /// <summary>ln loss.</summary>
    public double[] LogLoss { get; }

    /// <summary>Loss, in units of the centre.</summary>
    public double[] Loss { get; }

    /// <summary>1 for a row, 0 for padding.</summary>
    public double[] Weights { get; }

    public Centre Centre { get; private init; }

    /// <summary>The least loss, in units of the centre.</summary>
    public double MinLoss { get => field > 0 ? field : field = Least(); private init; }

    /// <summary>What an objective compares the law with.</summary>
    public double[] Target(bool ofLogs) => ofLogs ? LogLoss : Loss;

    /// <summary>The same rows with losses that a thread may change.</summary>
    public FitData WithOwnLosses() => new(this, (double[])LogLoss.Clone(), (double[])Loss.Clone()) { Centre = Centre, MinLoss = MinLoss };

    /// <summary>The same rows with logarithms of N and D that are not centred.</summary>
    public FitData AtOrigin()
    {
        var moved = new FitData(this, LogLoss, Loss) { X = (double[])X.Clone(), Y = (double[])Y.Clone(), Centre = Centre with { N = 0, D = 0 }, MinLoss = MinLoss };
        for (var i = 0; i < Count; i++)
        {
            moved.X[i] += Centre.N;
            moved.Y[i] += Centre.D;
        }

        return moved;
    }

    /// <summary>Some rows from all over the table, in the same coordinates: enough to find where to start.</summary>
    public FitData Thinned(int most)
    {
        if (Count <= most)
        {
            return this;
        }

        var thin = new FitData(most) { Centre = Centre, MinLoss = MinLoss };
        for (var i = 0; i < most; i++)
        {
            // Steps of the golden ratio: an even stride would see one column of a regular grid.
            var row = (int)(i * 0.6180339887498949 % 1 * Count);
            (thin.X[i], thin.Y[i], thin.Epochs[i]) = (X[row], Y[row], Epochs[row]);
            (thin.LogLoss[i], thin.Loss[i], thin.Weights[i]) = (LogLoss[row], Loss[row], 1);
        }

        return thin;
    }

    private double Least()
    {
        var least = double.PositiveInfinity;
        foreach (var loss in Loss.AsSpan(0, Count))
        {
            least = Math.Min(least, loss);
        }

        return least;
    }

    private double Center(double[] column)
    {
        var rows = column.AsSpan(0, Count);
        var mean = 0.0;
        foreach (var value in rows)
        {
            mean += value / Count;
        }

        foreach (ref var value in rows)
        {
            value -= mean;
        }

        return mean;
    }
}
