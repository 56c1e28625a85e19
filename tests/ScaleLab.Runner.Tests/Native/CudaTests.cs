using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Native;

/// <summary>Where libtorch has no CUDA, what needs it says so and stands aside.</summary>
public sealed class CudaTests : TorchTests
{
    [Fact]
    public void A_libtorch_without_cuda_lacks_graphs_streams_and_events()
    {
        Assert.SkipWhen(LibTorch.HasCuda, "This libtorch has CUDA.");
        Assert.Equal(13, CudaGraph.Missing.Count);
        Assert.Null(CudaGraph.TryCapture(() => throw new InvalidOperationException("recorded nonetheless")));
        Assert.Null(CudaEvent.TryCreate());
        Assert.False(CudaStream.TryUseOwn());
        Assert.False(CudaStream.TryUseDefault());
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:1")]
    [InlineData("vulkan")]
    public void A_device_that_is_not_there_is_a_line(string device)
    {
        Assert.SkipWhen(LibTorch.HasCuda, "This libtorch has CUDA.");
        Assert.StartsWith($"device {device} is not there", Assert.Throws<InputException>(() => ComputeDevice.Use(device, MathPath.Exact)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void This_libtorch_can_be_asked_for_the_same_bits_each_time()
    {
        Assert.True(Determinism.TrySet());
        Assert.True(Determinism.TrySet(on: false));
        Assert.True(ScriptFuser.TryDisable());
    }

    [Fact]
    public void Losses_come_out_in_the_order_in_which_they_went_in()
    {
        using var queue = new LossQueue(CPU, runAhead: true);
        using var loss = zeros([], float64);
        Assert.True(queue.RunsAhead);
        queue.Push(loss.fill_(1.5));
        queue.Push(loss.fill_(2.5));
        Assert.Equal((1.5, 2.5), (queue.Pop(), queue.Pop()));
    }

    [Fact]
    public void A_transfer_to_the_cpu_copies_nothing()
    {
        using var t = zeros([3]);
        Assert.Same(t, Transfer.To(t, CPU));
    }
}
