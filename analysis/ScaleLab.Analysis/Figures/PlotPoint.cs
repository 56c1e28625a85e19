namespace ScaleLab.Analysis.Figures;

/// <summary>A plotted point in the units of its axes (FLOP, parameters, tokens, nats), never their logarithm.</summary>
public readonly record struct PlotPoint(double X, double Y);
