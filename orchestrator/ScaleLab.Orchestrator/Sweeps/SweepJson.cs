using System.Text.Json.Serialization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Types of a sweep spec, with the names that they have in YAML. As in ContractJson, a property with a default is <c>set</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(SnakeCase<ScheduleKind>), typeof(SnakeCase<CooldownShape>), typeof(SnakeCase<Precision>), typeof(SnakeCase<RecipeName>), typeof(SnakeCase<LawName>),
        typeof(SnakeCase<DesignKind>), typeof(SnakeCase<LossVariant>), typeof(SnakeCase<DinoTargets>), typeof(SnakeCase<OptimizerKind>), typeof(SnakeCase<MetricName>),
    ],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SweepSpec))]
internal sealed partial class SweepJson : JsonSerializerContext;
