using System.Text.Json.Serialization;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Fitting;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Fit))]
[JsonSerializable(typeof(Interval))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(double[][]))]
[JsonSerializable(typeof(Allocation))]
[JsonSerializable(typeof(IReadOnlyList<Allocation>))]
internal sealed partial class FitJson : JsonSerializerContext;
