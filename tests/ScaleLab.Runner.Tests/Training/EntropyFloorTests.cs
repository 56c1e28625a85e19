using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Tests.Models;

namespace ScaleLab.Runner.Tests.Training;

public sealed class EntropyFloorTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new(tokens: 1_000_000);

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_loss_comes_near_the_entropy_of_the_source_and_never_below(bool tied)
    {
        const int batch = 512;
        var training = _runs.Training(400) with
        {
            Model = SmallModel.Shape(width: 32, context: 32, tied: tied),
            Batch = new BatchSpec { Initial = batch },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 20 * batch, Floor = 0 },
            D = 400 * batch,
        };
        var run = _runs.Create("run", training, execution: new ExecutionSpec { Chunk = 16 });
        var result = _runs.Train(run)!;
        var floor = _runs.Corpus.EntropyFloor!.Value;
        Assert.InRange(result.ValLoss!.Value, floor - 0.002, 1.03 * floor);
    }
}
