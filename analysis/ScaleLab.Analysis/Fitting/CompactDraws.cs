using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Bootstrap draws in a file: at most 400, six digits, one line. Their own noise is far above either limit.</summary>
internal sealed class CompactDraws : JsonConverter<IReadOnlyList<double[]>>
{
    private const int Most = 400;

    public static IReadOnlyList<double[]> Thin(IReadOnlyList<LossSurface> draws) => [.. Some(draws).Select(draw => draw.Parameters.ToArray())];

    /// <summary>Those that a file keeps. A coefficient beside an exponent at its border may leave the range of doubles; JSON has no number for it.</summary>
    public static IEnumerable<LossSurface> Some(IReadOnlyList<LossSurface> draws)
    {
        var finite = draws.Where(d => d.Parameters.All(double.IsFinite)).ToList();
        return Enumerable.Range(0, Math.Min(Most, finite.Count)).Select(i => finite[(int)((long)i * finite.Count / Math.Min(Most, finite.Count))]);
    }

    public override IReadOnlyList<double[]> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, FitJson.Default.DoubleArrayArray) ?? [];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<double[]> value, JsonSerializerOptions options)
    {
        var text = new StringBuilder("[");
        foreach (var draw in value)
        {
            text.Append(text.Length > 1 ? "," : "").Append('[').AppendJoin(',', draw.Select(p => p.ToString("G6", CultureInfo.InvariantCulture))).Append(']');
        }

        writer.WriteRawValue(text.Append(']').ToString());
    }
}

/// <summary>Six digits each, on one line.</summary>
internal sealed class CompactNumbers : JsonConverter<IReadOnlyList<double>>
{
    public override IReadOnlyList<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, FitJson.Default.DoubleArray) ?? [];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"[{string.Join(',', value.Select(v => v.ToString("G6", CultureInfo.InvariantCulture)))}]");
}
