namespace ScaleLab.Contracts.Models;

/// <summary>Trained parameters by part. The parts are disjoint, so every counting rule of the literature is a sum of some of them.</summary>
/// <param name="Embedding">The input table (with a tied head, the one table there is).</param>
/// <param name="Body">Everything between table and head: blocks and norms. Kaplan et al.'s "non-embedding".</param>
/// <param name="Head">The output projection; 0 where it is tied to the table.</param>
public readonly record struct ParameterCount(long Embedding, long Body, long Head)
{
    public long Total => Embedding + Body + Head;
}
