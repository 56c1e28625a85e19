using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>Updates parameters from the gradients that they hold.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>What it remembers, by name, for checkpoints.</summary>
    IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <param name="lr">Base rate of this step, before any rule of a parameter group.</param>
    void Step(double lr);

    /// <summary>Tells it how many updates its memory has seen.</summary>
    void SetStep(long step);
}
