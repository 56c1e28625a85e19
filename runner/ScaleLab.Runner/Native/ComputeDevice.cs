using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Native;

/// <summary>Makes a device ready to train on: its kernels, their determinism, and a stream of its own.</summary>
internal static class ComputeDevice
{
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:k</c>.</param>
    /// <param name="math">How float32 products are computed.</param>
    /// <param name="ownStream">Whether this thread works apart from others; threads that share tensors share the default stream.</param>
    /// <exception cref="InputException">It is not there.</exception>
    public static Device Use(string name, MathPath math, bool ownStream = true)
    {
        if (name == "cpu")
        {
            MatmulPrecision.TrySet(math);
            return CPU;
        }

        if (!name.StartsWith("cuda", StringComparison.Ordinal) || !LibTorch.HasCuda || !cuda.is_available())
        {
            throw new InputException($"device {name} is not there; build with -p:TorchBackend=cuda or set SCALELAB_LIBTORCH, and see `scalelab doctor`");
        }

        // Exact means float32; TensorFloat-32 keeps ten bits of it.
        backends.cuda.matmul.allow_tf32 = math == MathPath.Fast;
        backends.cudnn.allow_tf32 = math == MathPath.Fast;
        Determinism.TrySet();
        ScriptFuser.TryDisable();
        if (ownStream)
        {
            CudaStream.TryUseOwn();
        }
        else
        {
            CudaStream.TryUseDefault();
        }

        return new Device(name);
    }
}
