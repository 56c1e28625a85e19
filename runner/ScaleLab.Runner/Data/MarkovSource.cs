using System.Globalization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>Samples of a <see cref="MarkovChain"/>: the training part first, then the held-out blocks, in one walk.</summary>
internal sealed class MarkovSource(int states, long tokens, int seed) : CorpusSource
{
    private const int BlockTokens = 512;
    private const int HeldOutBlocks = 64;

    public override string Origin => string.Create(CultureInfo.InvariantCulture, $"markov {states} states, {tokens} tokens, seed {seed}");

    public override CorpusInfo Write(string folder, Action<string> progress)
    {
        var chain = new MarkovChain(states, seed);
        using var writer = new CorpusWriter(folder, "", states, BlockTokens);
        var block = new int[BlockTokens];
        var last = 0;
        for (var left = tokens; left > 0; left -= BlockTokens)
        {
            var piece = block.AsSpan(0, (int)Math.Min(left, BlockTokens));
            last = Walk(chain, last, piece);
            writer.Train.Write(piece);
        }

        var surprise = 0.0;
        for (var b = 0; b < HeldOutBlocks; b++)
        {
            last = Walk(chain, last, block);
            writer.HeldOut.Write(block);
            for (var i = 1; i < BlockTokens; i++)
            {
                surprise += chain.Surprise(block[i - 1], block[i]);
            }
        }

        // The first token of a block is not predicted, so it is not counted here either.
        var floor = surprise / (HeldOutBlocks * (BlockTokens - 1));
        progress(string.Create(CultureInfo.InvariantCulture, $"entropy rate {chain.EntropyRate():F4} nats, {floor:F4} on the held-out set"));
        return writer.Finish(Origin) with { EntropyFloor = floor };
    }

    private static int Walk(MarkovChain chain, int last, Span<int> into)
    {
        foreach (ref var token in into)
        {
            token = last = chain.Next(last);
        }

        return last;
    }
}
