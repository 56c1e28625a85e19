using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>A window of the held-out set: within a block, every token but the first is predicted exactly once. Of strings, each is a window, and all but the start symbols are predicted.</summary>
/// <param name="Block">Number of the block, from 0: the unit of the standard error.</param>
/// <param name="First">Number of the first input in the held-out tokens.</param>
/// <param name="Predictions">Inputs of this window, each with the token after it as target; fewer than the context at the end of a block.</param>
internal readonly record struct HeldOutWindow(int Block, long First, int Predictions)
{
    /// <summary>The target that stands for "nothing to predict": <c>ignore_index</c> of a cross entropy.</summary>
    public const long Ignored = -100;

    /// <param name="info">The corpus.</param>
    /// <param name="context">Inputs of a full window, T.</param>
    /// <param name="blocks">How many blocks, from the first on; all of them unless set. Blocks lie in random order, so any number of them is a fair sample.</param>
    public static IEnumerable<HeldOutWindow> Of(CorpusInfo info, int context, int? blocks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        var there = (int)(info.HeldOutTokens / info.BlockTokens);
        for (var block = 0; block < Math.Min(there, blocks ?? there); block++)
        {
            for (var offset = 0; offset < info.BlockTokens - 1; offset += context)
            {
                yield return new HeldOutWindow(block, ((long)block * info.BlockTokens) + offset, info.Strings?.Predictions ?? Math.Min(context, info.BlockTokens - 1 - offset));
            }
        }
    }

    /// <summary>
    /// Reads inputs and targets of T elements each; a short window is filled up with input 0 and target <see cref="Ignored"/>,
    /// which a causal model's earlier predictions do not see.
    /// </summary>
    public void Read(TokenCorpus corpus, Span<long> inputs, Span<long> targets)
    {
        corpus.ReadHeldOut(First, inputs[..Predictions]);
        corpus.ReadHeldOut(First + 1, targets[..Predictions]);
        inputs[Predictions..].Clear();
        targets[Predictions..].Fill(Ignored);
    }
}
