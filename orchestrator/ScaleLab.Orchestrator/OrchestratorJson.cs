using System.Text.Json.Serialization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Doctor;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;

namespace ScaleLab.Orchestrator;

/// <summary>JSON that the orchestrator alone writes: the dialect of <see cref="ContractJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(SnakeCase<RunStatus>), typeof(SnakeCase<FailureClass>), typeof(SnakeCase<CheckOutcome>), typeof(SnakeCase<Precision>), typeof(SnakeCase<MathPath>)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    MaxDepth = 8,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(OwnerRecord))]
[JsonSerializable(typeof(Forecast))]
[JsonSerializable(typeof(MemoryRecord))]
[JsonSerializable(typeof(MachineRecord))]
[JsonSerializable(typeof(SweepStatus))]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class OrchestratorJson : JsonSerializerContext;
