using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>How steps are asked for. On a CPU plainly; a GPU wants to be asked ahead of time, or once for many steps.</summary>
internal sealed record StepWay
{
    /// <summary><c>0</c> keeps steps from being recorded.</summary>
    public const string GraphsVariable = "SCALELAB_GRAPHS";

    // A step is bound by its launches where the device would be done with its arithmetic before the host has asked for its kernels:
    // some 150 for a block, 10 µs each, against 160 TFLOP/s. Unmeasured, as is the planner's model of a GPU, from which they come.
    private const double FlopsPerLaunchedBlock = 150 * 10e-6 * 160e12;

    /// <summary>Read the next samples on a thread of their own.</summary>
    public bool ReadAhead { get; init; }

    /// <summary>Ask for the next step before the loss of the last one is here.</summary>
    public bool RunAhead { get; init; }

    /// <summary>Keep learning rates on the device.</summary>
    public bool TensorRates { get; init; }

    /// <summary>Records a step, where its inputs stay in place and its kernels stay the same; null to ask for every kernel of every step.</summary>
    public Func<Action, IRecordedStep?>? Capture { get; init; }

    /// <param name="device">Where the model is.</param>
    /// <param name="model">What is trained.</param>
    /// <param name="chunk">Samples of a pass.</param>
    public static StepWay For(Device device, ModelShape model, int chunk) => device.type == TorchSharp.DeviceType.CPU
        ? new StepWay()
        : new StepWay
        {
            ReadAhead = true,
            RunAhead = true,
            TensorRates = true,
            Capture = IsLaunchBound(model, chunk) && Environment.GetEnvironmentVariable(GraphsVariable) != "0" ? CudaGraph.TryCapture : null,
        };

    internal static bool IsLaunchBound(ModelShape model, int chunk) =>
        model.TrainingFlopsPerUnit * model.UnitsPerSample * chunk < model.Depth * FlopsPerLaunchedBlock;
}
