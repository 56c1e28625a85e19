using ScaleLab.Contracts;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Devices;

public sealed class DevicePoolTests
{
    private static readonly DeviceInfo[] ThreeGpus =
    [
        new() { Device = "cpu" },
        new() { Device = "cuda:0", MemoryBytes = 80 },
        new() { Device = "cuda:1", MemoryBytes = 24 },
        new() { Device = "cuda:2", MemoryBytes = 80 },
    ];

    [Theory]
    [InlineData("cuda", "cuda:0 cuda:1 cuda:2")]
    [InlineData("cuda:2", "cuda:2")]
    [InlineData("cuda:2,cuda:0", "cuda:2 cuda:0")]
    public async Task A_wish_is_met_by_what_the_runner_sees(string wanted, string devices) =>
        Assert.Equal(devices.Split(' '), (await Choose(wanted, null)).Devices.Select(d => d.Device));

    [Theory]
    [InlineData("gpu", "expected cpu, cuda, or a list such as cuda:0,cuda:2")]
    [InlineData("", "expected cpu, cuda, or a list such as cuda:0,cuda:2")]
    [InlineData("cpu,cuda:0", "expected cpu, cuda, or a list such as cuda:0,cuda:2")]
    [InlineData("cuda:-1", "expected cpu, cuda, or a list such as cuda:0,cuda:2")]
    [InlineData("cuda:0,", "expected cpu, cuda, or a list such as cuda:0,cuda:2")]
    [InlineData("cuda:0,cuda:0", "a device stands here twice")]
    [InlineData("cuda:0,cuda:7", "there is no cuda:7; the runner sees cuda:0, cuda:1, cuda:2")]
    public async Task A_wrong_wish_is_one_line(string wanted, string message) =>
        Assert.Equal($"--devices {wanted}: {message}", (await Assert.ThrowsAsync<InputException>(() => Choose(wanted, null))).Message);

    [Fact]
    public async Task The_cpu_is_there_without_asking_and_has_a_lane_for_each_core()
    {
        var pool = await DevicePool.ChooseAsync("cpu", null, _ => throw new InvalidOperationException("nobody asks"), TestContext.Current.CancellationToken);
        Assert.Equal(("cpu", Environment.ProcessorCount, null), (pool.Kind, pool.Slots, pool.LaneMemory));
    }

    [Fact]
    public async Task Lanes_that_are_asked_for_share_a_gpu_and_its_memory()
    {
        var (one, two) = (await Choose("cuda", 1), await Choose("cuda", 2));
        Assert.Equal((3, 3, 24L), (one.Slots, one.PlannedSlots, one.LaneMemory));
        Assert.Equal((6, 6, 12L), (two.Slots, two.PlannedSlots, two.LaneMemory));
        Assert.Equal(["cuda:0", "cuda:1", "cuda:2", "cuda:0", "cuda:1", "cuda:2"], Enumerable.Range(1, 6).Select(k => two.OfWorker(k).Device));
    }

    [Fact]
    public async Task Lanes_that_are_found_are_planned_for_as_one_and_each_run_may_have_all_of_a_gpu()
    {
        var pool = await Choose("cuda", null);
        Assert.Equal((true, 48, 3, 24L), (pool.IsPacked, pool.Slots, pool.PlannedSlots, pool.LaneMemory));
        Assert.Equal((3, 24L, 80L), (Target.Of(pool).Slots, Target.Of(pool).MemoryBytes, Target.Of(pool).LargestBytes));
    }

    private static Task<DevicePool> Choose(string wanted, int? lanes) =>
        DevicePool.ChooseAsync(wanted, lanes, _ => Task.FromResult<IReadOnlyList<DeviceInfo>>(ThreeGpus), TestContext.Current.CancellationToken);
}
