using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Methods;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives;

/// <summary>The objective that belongs to a shape.</summary>
internal static class Objective
{
    /// <param name="training">What is trained.</param>
    /// <param name="store">Holds its corpus.</param>
    /// <param name="device">Where the model lives.</param>
    /// <param name="recompute">Save memory; the bits are the same.</param>
    public static IObjective Of(TrainingSpec training, CorpusStore store, Device device, bool recompute = false) => training.Model switch
    {
        LanguageModelShape => new NextToken(training, store, device, recompute),
        VisionShape => new VisionObjective(training, store, device, recompute),
        _ => throw new NotSupportedException($"no objective for models of family {training.Model.Family}"),
    };

    /// <summary>Loss summed over the units of samples <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    public static Tensor LossSum(this ILoss loss, long first, int count)
    {
        var device = loss.Parameters.All[0].Value.device;
        return loss.LossSum([.. loss.Read(first, count).Select(t => Transfer.To(t, device))], first);
    }

    /// <summary>The method of a vision shape, with its weights drawn.</summary>
    public static ISelfSupervised Method(VisionShape shape, Initializer initializer) => shape switch
    {
        MaeShape mae => new Mae(mae, initializer),
        VicregShape vicreg => new Vicreg(vicreg, initializer),
        BarlowTwinsShape barlow => new BarlowTwins(barlow, initializer),
        SimClrShape simclr => new SimClr(simclr, initializer),
        ByolShape byol => new Byol(byol, initializer),
        MocoV3Shape moco => new MocoV3(moco, initializer),
        DinoShape dino => new Dino(dino, initializer),
        LejepaShape lejepa => new Lejepa(lejepa, initializer),
        BeitShape beit => new Beit(beit, initializer),
        IjepaShape ijepa => new Ijepa(ijepa, initializer),
        VjepaShape vjepa => new Vjepa(vjepa, initializer),
        _ => throw new NotSupportedException($"no method for models of family {shape.Family}"),
    };
}
