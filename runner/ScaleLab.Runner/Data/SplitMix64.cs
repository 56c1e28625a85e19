namespace ScaleLab.Runner.Data;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): integer arithmetic only, hence the same numbers on every platform.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <returns>A multiple of 2⁻⁵³ in [0, 1).</returns>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <returns>In 0 … <paramref name="count"/> − 1. Uneven by less than <paramref name="count"/> in 2⁶⁴.</returns>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <returns>In [<paramref name="low"/>, <paramref name="high"/>).</returns>
    public double Between(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>A bijection of 64-bit words in which every input bit moves every output bit.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
