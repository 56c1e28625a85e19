using System.Text.Json.Serialization;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator;

/// <summary>JSON that the orchestrator writes and reads itself: the dialect of <see cref="Contracts.ContractJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    MaxDepth = 8,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(OwnerRecord))]
internal sealed partial class OrchestratorJson : JsonSerializerContext;
