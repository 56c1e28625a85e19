using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ScaleLab.Runner.Checkpoints;

namespace ScaleLab.Runner;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n")]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class RunnerJson : JsonSerializerContext;
