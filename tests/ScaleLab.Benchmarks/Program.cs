using ScaleLab.Benchmarks;

return args switch
{
    ["train", .. var rest] => TrainBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ScaleLab.Benchmarks train [SECONDS [ROUNDS]]");
    return 2;
}
