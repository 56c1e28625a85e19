using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Runs;

/// <summary>Names a run by what it computes: <c>lm-n133k-d1M-s0-</c> and 12 hexadecimal digits of SHA-256 over the training fields.</summary>
public static class RunKey
{
    // Fields at their defaults are left out, so that a field added later does not rename the runs of today.
    private static readonly JsonObject Defaults = Tree(new TrainingSpec
    {
        // The first version, never the current one: left out as a default, a raised version would change no key.
        Semantics = 1,
        Model = null!,
        Corpus = null!,
        Phase = RunPhase.Whole,
        StartStep = 0,
        EndStep = 0,
        D = 0,
        Batch = new BatchSpec { Initial = 0 },
        Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 0 },
        Optimizer = new OptimizerSpec { Lr = 0 },
        Seed = 0,
    });

    public static string Of(TrainingSpec training)
    {
        var part = training.Phase == RunPhase.Trunk ? "trunk" : "d";
        return $"{Stem(training)}-{part}{Quantity.Format(training.D)}-s{training.Seed}-{Hash(training)}";
    }

    /// <summary>Names the trunk that a run belongs to or grows from: everything but the end is equal. The cluster of the bootstrap.</summary>
    public static string Trunk(TrainingSpec training) =>
        $"{Stem(training)}-s{training.Seed}-{Hash(training with { Phase = RunPhase.Trunk, StartStep = 0, EndStep = 0, D = 0 })}";

    /// <summary>The text that is hashed: keys sorted, defaults left out, no white space, numbers in their shortest form.</summary>
    public static string Canonical(TrainingSpec training)
    {
        var tree = Tree(training);
        Strip(tree, Defaults);
        return Sorted(tree)!.ToJsonString();
    }

    private static string Stem(TrainingSpec training) => $"{training.Model.Family}-n{Quantity.Format(training.Model.Parameters.Total)}";

    private static string Hash(TrainingSpec training) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Canonical(training))))[..12];

    private static JsonObject Tree(TrainingSpec training) =>
        JsonSerializer.SerializeToNode(training, ContractJson.Default.TrainingSpec)!.AsObject();

    private static void Strip(JsonObject tree, JsonObject defaults)
    {
        foreach (var (name, value) in tree.ToList())
        {
            if (!defaults.TryGetPropertyValue(name, out var usual))
            {
                continue;
            }

            if (JsonNode.DeepEquals(value, usual))
            {
                tree.Remove(name);
            }
            else if (value is JsonObject inner && usual is JsonObject innerDefaults)
            {
                Strip(inner, innerDefaults);
            }
        }
    }

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject o
        ? new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value))))
        : node?.DeepClone();
}
