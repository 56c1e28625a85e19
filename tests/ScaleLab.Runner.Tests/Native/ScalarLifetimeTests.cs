using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Native;

public sealed class ScalarLifetimeTests : TorchTests
{
    [Fact]
    public async Task A_number_lives_while_an_operator_reads_it()
    {
        // What is compiled in haste keeps its arguments to the end; after a second of use it is compiled well.
        for (var i = 0; i < 400; i++)
        {
            Filled(1);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        using var ended = new CancellationTokenSource();
        var others = Task.Run(() => CollectAndMakeOthers(ended.Token), TestContext.Current.CancellationToken);
        var sums = Enumerable.Range(0, 50).Select(_ => Filled(1 << 18)).ToList();
        await ended.CancelAsync();
        await others;
        Assert.All(sums, s => Assert.Equal(7, s));
    }

    private static double Filled(long size)
    {
        using var scope = NewDisposeScope();
        return Fill(zeros(size, ScalarType.Float64), ones(1, ScalarType.Bool)).mean().item<double>();
    }

    // Copies the tensor before it looks at the number: there is time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Tensor Fill(Tensor tensor, Tensor mask) => tensor.masked_fill(mask, 7);

    // What is made anew lies where something was freed.
    private static void CollectAndMakeOthers(CancellationToken ended)
    {
        using var one = ones(1);
        while (!ended.IsCancellationRequested)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            (one * 3).Dispose();
        }
    }
}
