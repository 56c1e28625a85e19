namespace ScaleLab.Runner.Data.Strings;

/// <summary>What it costs to predict a string of the random hierarchy model, exactly: for each position, and for learners that see no further back than a block.</summary>
internal static class HierarchyEntropies
{
    private const int MostStates = 1_000_000;

    /// <summary>Entropy of each symbol given all before it, nats.</summary>
    /// <returns>s^L numbers that add up to the entropy of a string; null where there are too many prefixes to tell apart.</returns>
    public static double[]? ByPosition(RandomHierarchy model)
    {
        var conditional = new double[model.Length];
        var before = 0.0;
        for (var i = 1; i <= model.Length; i++)
        {
            if (Prefix(model, i) is not { } entropy)
            {
                return null;
            }

            (conditional[i - 1], before) = (Math.Max(0, entropy - before), entropy);
        }

        return conditional;
    }

    /// <summary>
    /// Nats per symbol of the best predictor that sees the block of s^ℓ symbols around its target alone, and knows where in the string that is, for ℓ = 0 … L. A block reveals the symbol at its top, so its entropy is that of the symbol there
    /// plus ln m for each rewriting below.
    /// </summary>
    public static double[] Staircase(RandomHierarchy model)
    {
        var tops = new List<double[]> { Enumerable.Repeat(1.0 / model.Classes, model.Classes).ToArray() };
        var steps = new double[model.Levels + 1];
        for (var height = model.Levels; height >= 0; height--)
        {
            steps[height] = tops.Sum(t => Entropy(t) + (model.Nodes(height) * Math.Log(model.Rules))) / model.Length;
            if (height > 0)
            {
                tops = [.. tops.SelectMany(t => Children(model, model.Levels - height, t))];
            }
        }

        return steps;
    }

    /// <summary>
    /// Of the first <paramref name="length"/> symbols. They cut the tree into whole subtrees, at most s − 1 of each height, and what they say of the rest is the symbols at the tops of these. So a prefix is as uncertain as those symbols together,
    /// plus ln m for each rewriting within.
    /// </summary>
    private static double? Prefix(RandomHierarchy model, int length)
    {
        if (length == model.Length)
        {
            return model.Entropy;
        }

        // By the symbols of the whole subtrees so far: the probability of these, given the symbol at the top of the tree that holds them.
        List<double[]>? states = null;
        var (inside, left) = (0, length);
        for (var height = 0; height < model.Levels; height++)
        {
            (left, var whole) = Math.DivRem(left, model.Branching);
            inside += whole * model.Nodes(height);
            if (states is null && whole == 0)
            {
                continue;
            }

            states = [.. (states ?? [[]]).SelectMany(s => Up(model, model.Levels - 1 - height, whole, s))];
            if (states.Count > MostStates)
            {
                return null;
            }
        }

        return Entropy([.. states!.Select(s => s.Average())]) + (inside * Math.Log(model.Rules));
    }

    // One level up: the first children are whole, the next one holds what is known below, the others are open.
    private static Dictionary<long, double[]>.ValueCollection Up(RandomHierarchy model, int level, int whole, double[] below)
    {
        var parents = level == 0 ? model.Classes : model.Symbols;
        var states = new Dictionary<long, double[]>();
        for (var parent = 0; parent < parents; parent++)
        {
            for (var rule = 0; rule < model.Rules; rule++)
            {
                var tuple = model.Tuple(level, parent, rule);
                var key = 0L;
                foreach (var symbol in tuple[..whole])
                {
                    key = (key * model.Symbols) + symbol;
                }

                var likelihood = below.Length == 0 ? 1 : below[tuple[whole]];
                if (likelihood > 0)
                {
                    if (!states.TryGetValue(key, out var state))
                    {
                        states[key] = state = new double[parents];
                    }

                    state[parent] += likelihood / model.Rules;
                }
            }
        }

        return states.Values;
    }

    private static IEnumerable<double[]> Children(RandomHierarchy model, int level, double[] top)
    {
        for (var child = 0; child < model.Branching; child++)
        {
            var symbols = new double[model.Symbols];
            for (var parent = 0; parent < top.Length; parent++)
            {
                for (var rule = 0; rule < model.Rules; rule++)
                {
                    symbols[model.Tuple(level, parent, rule)[child]] += top[parent] / model.Rules;
                }
            }

            yield return symbols;
        }
    }

    private static double Entropy(double[] probabilities) => -probabilities.Where(p => p > 0).Sum(p => p * Math.Log(p));
}
