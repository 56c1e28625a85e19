using System.Text.Json;
using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Contracts;

/// <summary>The one JSON dialect of ScaleLab: snake_case names and enum members, missing means default, unknown keys are errors.</summary>
/// <remarks>Properties with a default are <c>set</c>: generated code assigns every <c>init</c> property, and would put 0 where a key is missing.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(SnakeCase<RunPhase>), typeof(SnakeCase<Precision>), typeof(SnakeCase<ScheduleKind>), typeof(SnakeCase<CooldownShape>),
        typeof(SnakeCase<MathPath>), typeof(SnakeCase<RunStatus>), typeof(SnakeCase<FailureClass>), typeof(SnakeCase<WorkerEventKind>),
        typeof(SnakeCase<LossVariant>), typeof(SnakeCase<DinoTargets>), typeof(SnakeCase<OptimizerKind>), typeof(SnakeCase<MetricName>),
    ],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowOutOfOrderMetadataProperties = true,
    MaxDepth = 32,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(RunSpec))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RunEvaluation))]
[JsonSerializable(typeof(RunFailure))]
[JsonSerializable(typeof(RestorePoint))]
[JsonSerializable(typeof(AttemptAccount))]
[JsonSerializable(typeof(Prediction))]
[JsonSerializable(typeof(DataSpec))]
[JsonSerializable(typeof(DeviceInfo[]))]
[JsonSerializable(typeof(CorpusInfo))]
[JsonSerializable(typeof(WorkerCommand))]
[JsonSerializable(typeof(WorkerEvent))]
[JsonSerializable(typeof(RunnerReport))]
[JsonSerializable(typeof(MatmulReport[]))]
public sealed partial class ContractJson : JsonSerializerContext
{
    /// <summary>The same dialect on one line, for streams of messages.</summary>
    public static ContractJson Line => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}

/// <summary>Enum members as <c>snake_case</c> strings; numbers are refused.</summary>
public sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
