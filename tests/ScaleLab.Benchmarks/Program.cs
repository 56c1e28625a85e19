using ScaleLab.Benchmarks;

return args switch
{
    ["train", .. var rest] => TrainBenchmark.Run(rest),
    ["train-ours", .. var rest] => TrainLoop.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ScaleLab.Benchmarks train [SECONDS [ROUNDS]]");
    return 2;
}
