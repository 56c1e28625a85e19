using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Runs;

/// <summary>Names a run by what it computes: <c>lm-n133k-d1M-s0-</c> and 12 hexadecimal digits of SHA-256 over the training fields.</summary>
public static class RunKey
{
    // Fields at their defaults are left out, so that a field added later does not rename the runs of today.
    private static readonly JsonElement Defaults = JsonSerializer.SerializeToElement(
        new TrainingSpec
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
        },
        ContractJson.Default.TrainingSpec);

    public static string Of(TrainingSpec training)
    {
        var part = training.Phase == RunPhase.Trunk ? "trunk" : "d";
        return $"{Stem(training)}-{part}{Quantity.Format(training.D)}-s{training.Seed}-{Hash(training)}";
    }

    /// <summary>Names the trunk that a run belongs to or grows from: everything but the end is equal. The cluster of the bootstrap.</summary>
    public static string Trunk(TrainingSpec training) =>
        $"{Stem(training)}-s{training.Seed}-{Hash(Endless(training))}";

    /// <summary>The training without its end: equal for all runs of one trunk.</summary>
    public static TrainingSpec Endless(TrainingSpec training) => training with { Phase = RunPhase.Trunk, StartStep = 0, EndStep = 0, D = 0 };

    /// <summary>The text that is hashed: keys sorted, defaults left out, no white space, numbers in their shortest form.</summary>
    public static string Canonical(TrainingSpec training) => Encoding.UTF8.GetString(CanonicalBytes(training).WrittenSpan);

    private static string Stem(TrainingSpec training) => $"{training.Model.Family}-n{Quantity.Format(training.Model.Parameters.Total)}";

    private static string Hash(TrainingSpec training) => Convert.ToHexStringLower(SHA256.HashData(CanonicalBytes(training).WrittenSpan))[..12];

    private static ArrayBufferWriter<byte> CanonicalBytes(TrainingSpec training)
    {
        var tree = JsonSerializer.SerializeToElement(training, ContractJson.Default.TrainingSpec);
        var text = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(text);
        Write(json, tree, Defaults);
        json.Flush();
        return text;
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, JsonElement usual)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        var properties = value.EnumerateObject().ToArray();
        Array.Sort(properties, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var property in properties)
        {
            var known = usual.ValueKind == JsonValueKind.Object && usual.TryGetProperty(property.Name, out var inner) ? inner : default;
            if (known.ValueKind == JsonValueKind.Undefined || !JsonElement.DeepEquals(property.Value, known))
            {
                json.WritePropertyName(property.Name);
                Write(json, property.Value, known);
            }
        }

        json.WriteEndObject();
    }
}
