namespace ScaleLab.Contracts.Models;

/// <summary>Parameters that train the encoder and are thrown away with the loss. No part of N.</summary>
/// <param name="Decoder">From the code back to pixels or tokens.</param>
/// <param name="Predictor">From one view's or patch's code to another's.</param>
/// <param name="Projector">Into the space of the loss.</param>
/// <param name="Prototypes">The last layer of a self-distillation head.</param>
public readonly record struct AuxiliaryCount(long Decoder = 0, long Predictor = 0, long Projector = 0, long Prototypes = 0)
{
    public long Total => Decoder + Predictor + Projector + Prototypes;
}
