using System.Runtime.CompilerServices;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests;

/// <summary>A class that computes. One collection, so that such classes run one after another: libtorch's state is that of the process.</summary>
[Collection("torch")]
public abstract class TorchTests
{
    protected TorchTests()
    {
        LibTorch.Load();
        UseOneThread();
    }

    // The number of threads belongs to the thread that sets it. Apart, as it needs a loaded libtorch to be compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseOneThread()
    {
        set_num_threads(1);
        MatmulPrecision.TrySet(MathPath.Exact);
    }
}
