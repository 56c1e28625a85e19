using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives;

/// <summary>A model and the loss that is taken of it: what a training step needs to know.</summary>
internal interface ILoss
{
    ParameterSet Parameters { get; }

    /// <summary>
    /// A step is the same kernels for every batch of a size: no shape and no branch depends on what is in it, nothing is drawn, and the host has no part
    /// in it. Such a step can be recorded.
    /// </summary>
    bool IsStatic => false;

    /// <summary>What the loss of samples <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1 is computed from. One thread at a time, any thread.</summary>
    /// <param name="first">Number of the first sample since the beginning of the run: decides all that is random about it.</param>
    /// <param name="count">Samples, all in one forward pass.</param>
    /// <returns>On the CPU.</returns>
    Tensor[] Read(long first, int count);

    /// <summary>Loss summed over the units of some samples, with its graph.</summary>
    /// <param name="batch">What <see cref="Read"/> gave, on the model's device.</param>
    /// <param name="first">Number of their first; of no account where the loss is static.</param>
    /// <returns>A scalar on the model's device.</returns>
    Tensor LossSum(Tensor[] batch, long first);
}
