using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Runs;

/// <summary>Names a run by what it computes: <c>lm-n133k-d1M-s0-</c> and 12 hexadecimal digits of SHA-256 over the training fields.</summary>
public static class RunKey
{
    // Fields at their defaults are left out, so that a field added later does not rename the runs of today.
    private static readonly TrainingSpec Usual = new()
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
    };

    private static readonly Field[] Fields =
    [
        .. ContractJson.Default.TrainingSpec.Properties.Where(p => p.Get is not null).OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => new Field(JsonEncodedText.Encode(p.Name), p.Get!, p.Get!(Usual), ContractJson.Default.GetTypeInfo(p.PropertyType)!)),
    ];

    // Model, batch and rates are the same objects in thousands of runs of a sweep.
    private static readonly ConditionalWeakTable<object, byte[]> Parts = [];

    public static string Of(TrainingSpec training)
    {
        var part = training.Phase == RunPhase.Trunk ? "trunk" : "d";
        return $"{Stem(training)}-{part}{Quantity.Format(training.D)}-s{training.Seed}-{Hash(training)}";
    }

    /// <summary>Has ready what the first key takes a while to make: the serializer's view of a training. For whoever waits for something else meanwhile.</summary>
    public static void Prepare() => Canonical(Usual with { Corpus = "", Model = new LanguageModelShape { Vocabulary = 1, Context = 1, Width = 1, Depth = 1, Heads = 1, FeedForward = 1 } });

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
        var text = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(text);
        json.WriteStartObject();
        foreach (var field in Fields)
        {
            if (field.Get(training) is { } value && !value.Equals(field.Usual))
            {
                json.WritePropertyName(field.Name);
                if (value is string or ValueType)
                {
                    JsonSerializer.Serialize(json, value, field.Type);
                }
                else
                {
                    json.WriteRawValue(Parts.GetValue(value, _ => CanonicalPart(value, field)), skipInputValidation: true);
                }
            }
        }

        json.WriteEndObject();
        json.Flush();
        return text;
    }

    private static byte[] CanonicalPart(object value, Field field)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text);
        Write(json, JsonSerializer.SerializeToElement(value, field.Type), field.Usual is null ? default : JsonSerializer.SerializeToElement(field.Usual, field.Type));
        json.Flush();
        return text.WrittenSpan.ToArray();
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

    private sealed record Field(JsonEncodedText Name, Func<object, object?> Get, object? Usual, JsonTypeInfo Type);
}
