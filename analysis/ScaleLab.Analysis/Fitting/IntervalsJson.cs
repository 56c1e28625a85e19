using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaleLab.Analysis.Fitting;

/// <summary><c>{"level": 0.95, "method": …, "clusters": 24, "alpha": [low, high], …}</c>, or <c>"refused": reason</c> in place of the bounds.</summary>
internal sealed class IntervalsJson : JsonConverter<Intervals>
{
    public override Intervals Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var intervals = new Intervals(0, "", 0);
        var bounds = new Dictionary<string, Interval>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "level":
                    intervals = intervals with { Level = reader.GetDouble() };
                    break;
                case "method":
                    intervals = intervals with { Method = reader.GetString() ?? "" };
                    break;
                case "clusters":
                    intervals = intervals with { Clusters = reader.GetInt32() };
                    break;
                case "refused":
                    intervals = intervals with { Refused = reader.GetString() };
                    break;
                default:
                    bounds[name] = JsonSerializer.Deserialize(ref reader, FitJson.Default.Interval);
                    break;
            }
        }

        return intervals with { Bounds = bounds };
    }

    public override void Write(Utf8JsonWriter writer, Intervals value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("level", value.Level);
        writer.WriteString("method", value.Method);
        writer.WriteNumber("clusters", value.Clusters);
        if (value.Refused is not null)
        {
            writer.WriteString("refused", value.Refused);
        }

        foreach (var (name, interval) in value.Bounds)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, interval, FitJson.Default.Interval);
        }

        writer.WriteEndObject();
    }
}

/// <summary><c>[low, high]</c>.</summary>
internal sealed class IntervalJson : JsonConverter<Interval>
{
    public override Interval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, FitJson.Default.DoubleArray) is [var low, var high] ? new Interval(low, high) : throw new JsonException("an interval is [low, high]");

    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options)
    {
        // On one line, whatever the indentation around it.
        writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"[{value.Low:R}, {value.High:R}]"));
    }
}
