using ScaleLab.Cli.Commands;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_folder_is_judged_by_the_estimates_that_it_was_planned_with_while_its_lanes_stay()
    {
        var (folder, pool) = (new SweepFolder(_root), Pool(lanes: 1));
        var known = new Calibration { Runs = 7, Time = [1, 1, 1, 1, 1, 1] };
        new MachineRecord { Calibration = known, CalibratedFor = CalibrationFile.Lane(pool, MathPath.Exact) }.Write(folder);
        Assert.Equal(7, For(pool)!.Runs);
        Assert.Null(For(Pool(lanes: 2)));

        Calibration? For(DevicePool pool) => RunCommand.For(folder, pool, MachineRecord.Read(folder), simulated: false).Calibration;
    }

    // No machine has taught anything about it.
    private static DevicePool Pool(int lanes) => new([new DeviceInfo { Device = "cuda:0", Name = "None", MemoryBytes = 1 << 30 }], lanes);
}
