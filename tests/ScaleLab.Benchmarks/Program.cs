using ScaleLab.Benchmarks;

return args switch
{
    ["train", .. var rest] => TrainBenchmark.Run(rest),
    ["train-ours", .. var rest] => TrainLoop.Run(rest),
    ["loading"] => LoadingBenchmark.Run(),
    ["vision", .. var rest] => VisionBenchmark.Run(rest),
    ["mae", .. var rest] => MaeBenchmark.Run(rest),
    ["mae-ours", .. var rest] => MaeBenchmark.RunHere(rest),
    ["vision-ours", .. var rest] => VisionLoop.Run(rest),
    ["gpu", .. var rest] => GpuBenchmark.Run(rest),
    ["gpu-ours", .. var rest] => GpuLoop.Run(rest),
    ["gpu-sweep", .. var rest] => await GpuSweepBenchmark.RunAsync(rest),
    ["simulated"] => SimulatedBenchmark.Run(),
    ["fit"] => FitBenchmark.Run(),
    ["coverage", .. var rest] => CoverageBenchmark.Run(rest),
    ["pairs", .. var rest] => PairBenchmark.Run(rest),
    ["hygiene", .. var rest] => HygieneBenchmark.Run(rest),
    ["worlds", .. var rest] => WorldsBenchmark.Run(rest),
    ["kills", .. var rest] => await KillBenchmark.RunAsync(rest),
    ["slurm", .. var rest] => await SlurmBenchmark.RunAsync(rest),
    ["made-up-runs", .. var folders] => SlurmBenchmark.MakeUp(folders),
    ["overhead", .. var rest] => await OverheadBenchmark.RunAsync(rest),
    ["packing", .. var rest] => await PackingBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ScaleLab.Benchmarks train [SECONDS [ROUNDS]] | vision [SECONDS [ROUNDS]] | mae [ROUNDS] | gpu [DEVICE [SECONDS [ROUNDS]]] | gpu-sweep [DEVICE [LANES [PROCESSES]]] | loading | simulated | fit | coverage [SWEEPS [SETTING]] | pairs [PAIRS [SETTING [shared-paired|own-paired|…]]] | hygiene [SWEEPS] | worlds RESULTS [SWEEPS [LAW]] | kills [COUNT [SEED]] | slurm [ROUNDS] | slurm many | overhead [ROUNDS [TOKENS]] | packing [ROUNDS [DEVICES [LANES,LANES,… [SPEC]]]]");
    return 2;
}
