using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>Updates parameters from the gradients that they hold.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>What it remembers, by name, for checkpoints.</summary>
    IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>An update is the same kernels every time: rates and counts are tensors on the device.</summary>
    bool IsStatic => false;

    /// <summary>Before <see cref="Step()"/>.</summary>
    /// <param name="lr">Base rate of the step, before any rule of a parameter group.</param>
    void SetRate(double lr);

    /// <summary>One update from the gradients that the parameters hold.</summary>
    void Step();

    /// <summary>Tells it how many updates its memory has seen.</summary>
    void SetStep(long step);
}
