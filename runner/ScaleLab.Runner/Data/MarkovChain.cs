namespace ScaleLab.Runner.Data;

/// <summary>A first-order chain with random, uneven transitions. What it costs to predict is known exactly.</summary>
internal sealed class MarkovChain
{
    private readonly double[] _transitions; // (from, to), rows sum to 1
    private readonly double[] _cumulative; // (from, to)
    private SplitMix64 _random;

    /// <param name="states">At least 2.</param>
    /// <param name="seed">Decides the transitions and the samples.</param>
    public MarkovChain(int states, int seed)
    {
        States = states;
        _random = new SplitMix64(SplitMix64.Mix((ulong)seed));
        _transitions = new double[states * states];
        _cumulative = new double[states * states];
        for (var from = 0; from < states; from++)
        {
            var row = _transitions.AsSpan(from * states, states);
            var cumulative = _cumulative.AsSpan(from * states, states);
            var total = 0.0;
            foreach (ref var weight in row)
            {
                // u⁸ makes a few successors likely and none impossible. Products only: logarithms differ between platforms, and the content hash must not.
                var u = (_random.Next() >> 11) + 1.0;
                var squared = u * u / (1L << 53) / (1L << 53);
                weight = squared * squared * (squared * squared);
                total += weight;
            }

            var sum = 0.0;
            for (var to = 0; to < states; to++)
            {
                row[to] /= total;
                cumulative[to] = sum += row[to];
            }

            cumulative[^1] = 1;
        }
    }

    public int States { get; }

    /// <summary>−ln p(<paramref name="to"/> | <paramref name="from"/>): the true model's loss for one token, nats.</summary>
    public double Surprise(int from, int to) => -Math.Log(_transitions[(from * States) + to]);

    /// <summary>The token after <paramref name="from"/>.</summary>
    public int Next(int from)
    {
        var row = _cumulative.AsSpan(from * States, States);
        var u = _random.NextDouble();
        var (low, high) = (0, States - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = row[middle] > u ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>Σᵢ πᵢ Σⱼ −pᵢⱼ ln pᵢⱼ with π the stationary distribution (Cover and Thomas, theorem 4.2.4), nats per token.</summary>
    public double EntropyRate()
    {
        var stationary = Stationary();
        var rate = 0.0;
        for (var from = 0; from < States; from++)
        {
            for (var to = 0; to < States; to++)
            {
                var p = _transitions[(from * States) + to];
                rate += p > 0 ? stationary[from] * p * Surprise(from, to) : 0;
            }
        }

        return rate;
    }

    // Power iteration: all transitions are possible, so it converges from anywhere.
    private double[] Stationary()
    {
        var now = new double[States];
        now.AsSpan().Fill(1.0 / States);
        for (var moved = 1.0; moved > 1e-14;)
        {
            var next = new double[States];
            for (var from = 0; from < States; from++)
            {
                for (var to = 0; to < States; to++)
                {
                    next[to] += now[from] * _transitions[(from * States) + to];
                }
            }

            moved = now.Zip(next, (a, b) => Math.Abs(a - b)).Sum();
            now = next;
        }

        return now;
    }
}
