using ScaleLab.Benchmarks;

return args switch
{
    ["train", .. var rest] => TrainBenchmark.Run(rest),
    ["train-ours", .. var rest] => TrainLoop.Run(rest),
    ["fit"] => FitBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ScaleLab.Benchmarks train [SECONDS [ROUNDS]] | fit");
    return 2;
}
