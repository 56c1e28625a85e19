namespace ScaleLab.Benchmarks;

internal static class HygieneBenchmark
{
    public static int Run(string[] args) => args.Length;
}
