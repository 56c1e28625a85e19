namespace ScaleLab.Analysis.Fitting;

/// <summary>A stream of random numbers that is the same on every runtime (Steele, Lea and Flood 2014).</summary>
internal struct SplitMix64(ulong seed, int stream)
{
    private ulong _state = Mix(seed) ^ Mix(~(ulong)stream);

    /// <returns>Uniform in [0, <paramref name="limit"/>).</returns>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <returns>Uniform in (0, 1).</returns>
    public double Uniform() => ((Next() >> 11) + 0.5) / (1UL << 53);

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
