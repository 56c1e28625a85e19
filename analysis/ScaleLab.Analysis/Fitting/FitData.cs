using System.Numerics;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Observations as columns of centred logarithms, padded to the vector width by rows of weight zero.</summary>
internal sealed class FitData
{
    public FitData(IReadOnlyList<Observation> observations)
    {
        Count = observations.Count;
        var width = Vector<double>.Count;
        var padded = (Count + width - 1) / width * width;
        (X, Y, Z, Weights) = (new double[padded], new double[padded], new double[padded], new double[padded]);
        for (var i = 0; i < Count; i++)
        {
            X[i] = Math.Log(observations[i].N);
            Y[i] = Math.Log(observations[i].D);
            Z[i] = Math.Log(observations[i].Loss);
            Weights[i] = 1;
        }

        Centre = new Centre(Center(X), Center(Y), Center(Z));
    }

    private FitData(FitData all, int stride)
    {
        Count = (all.Count + stride - 1) / stride;
        var width = Vector<double>.Count;
        var padded = (Count + width - 1) / width * width;
        (X, Y, Z, Weights) = (new double[padded], new double[padded], new double[padded], new double[padded]);
        for (var i = 0; i < Count; i++)
        {
            (X[i], Y[i], Z[i], Weights[i]) = (all.X[i * stride], all.Y[i * stride], all.Z[i * stride], 1);
        }

        Centre = all.Centre;
    }

    /// <summary>Rows without the padding.</summary>
    public int Count { get; }

    /// <summary>ln N.</summary>
    public double[] X { get; }

    /// <summary>ln D.</summary>
    public double[] Y { get; }

    /// <summary>ln loss.</summary>
    public double[] Z { get; }

    /// <summary>1 for a row, 0 for padding.</summary>
    public double[] Weights { get; }

    public Centre Centre { get; }

    /// <summary>The least loss, in units of the centre.</summary>
    public double MinLoss => Math.Exp(Z.AsSpan(0, Count).ToArray().Min());

    /// <summary>Every k-th row in the same coordinates: enough to find where to start.</summary>
    public FitData Thinned(int most) => Count <= most ? this : new FitData(this, (Count + most - 1) / most);

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
