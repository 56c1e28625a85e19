using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Text;
using YamlDotNet.Core;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Turns YAML into the JSON of <see cref="SweepSpec"/>, checking each value against its type and stated range while its place in the file is known.</summary>
internal sealed class SpecBinder(string file)
{
    private static readonly JsonSerializerOptions Options = SweepJson.Default.Options;

    // Says which options there are, wherever in the file it stands. An unknown one is an error of its own.
    private ModelFamily? _family;

    /// <summary>Places of all values, by path: <c>grid.n[2]</c>.</summary>
    public Dictionary<string, Mark> Places { get; } = [];

    public SweepSpec Bind(YamlNode root)
    {
        var model = (root as YamlMap)?.Entries.FirstOrDefault(e => e.Key.Text == "model").Value as YamlScalar;
        _family = ModelFamily.All.FirstOrDefault(f => f.Name == model?.Text);
        return Object(root, Options.GetTypeInfo(typeof(SweepSpec)), "").Deserialize(SweepJson.Default.SweepSpec)!;
    }

    /// <summary>Keys that may stand in <c>grid</c> as axes: the numbers of <see cref="TrainSpec"/>.</summary>
    public static IEnumerable<JsonPropertyInfo> Axes =>
        Options.GetTypeInfo(typeof(TrainSpec)).Properties.Where(p => Bare(p.PropertyType) is var t && (t == typeof(double) || t == typeof(long) || t == typeof(int)));

    private JsonObject Object(YamlNode node, JsonTypeInfo type, string path)
    {
        Places[path] = node.Start;
        if (node is not YamlMap map)
        {
            throw Error(node, path.Length == 0 ? "a sweep is a list of 'key: value' lines" : $"'{Name(path)}' holds keys of its own: {string.Join(", ", Known(type).Keys)}");
        }

        var known = Known(type);
        var result = new JsonObject();
        var seen = new Dictionary<string, Mark>();
        foreach (var (key, value) in map.Entries)
        {
            if (!seen.TryAdd(key.Text, key.Start))
            {
                throw Error(key, $"'{Short(key)}' stands here twice; first in line {seen[key.Text].Line}");
            }

            if (!known.TryGetValue(key.Text, out var property))
            {
                throw Error(key, $"unknown key '{Short(key)}'{Suggestion.For(key.Text, known.Keys)}");
            }

            var inner = path.Length == 0 ? key.Text : $"{path}.{key.Text}";
            if (value is not YamlScalar { IsNull: true })
            {
                Places[inner] = value.Start;
                var target = property.DeclaringType == typeof(TrainSpec) && type.Type == typeof(GridSpec) ? Bare(property.PropertyType).MakeArrayType() : property.PropertyType;
                result[key.Text] = Value(value, target, property, inner);
            }
            else if (property.IsRequired)
            {
                throw Error(value, $"'{key.Text}' is empty");
            }
        }

        return type.Properties.FirstOrDefault(p => p.IsRequired && !seen.ContainsKey(p.Name)) is { } missing
            ? throw Error(node, path.Length == 0 ? $"'{missing.Name}' is missing" : $"'{missing.Name}' is missing from '{path}'")
            : result;
    }

    /// <summary>What may be written in YAML: an ignored property is listed among the others, but cannot be read or set.</summary>
    internal static IEnumerable<JsonPropertyInfo> Keys(JsonTypeInfo type) => type.Properties.Where(p => !p.IsExtensionData && p.Set is not null);

    private static Dictionary<string, JsonPropertyInfo> Known(JsonTypeInfo type) =>
        Keys(type)
            .Concat(type.Properties.Any(p => p.IsExtensionData) ? Axes : [])
            .ToDictionary(p => p.Name);

    private JsonNode Value(YamlNode node, Type type, JsonPropertyInfo property, string path)
    {
        type = Bare(type);
        if (type.IsArray)
        {
            return List(node, type.GetElementType()!, property, path);
        }

        if (type == typeof(ModelOptions))
        {
            return Family(node, path);
        }

        if (Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } inner)
        {
            return Object(node, inner, path);
        }

        if (node is not YamlScalar scalar)
        {
            throw Error(node, $"'{Name(path)}' takes one value, not {(node is YamlList ? "a list" : "keys")}");
        }

        return type switch
        {
            _ when type == typeof(string) => Word(scalar, property),
            _ when type == typeof(bool) => scalar switch
            {
                { Plain: true, Text: "true" } => true,
                { Plain: true, Text: "false" } => false,
                _ => throw Error(node, $"'{Name(path)}' must be true or false, not '{Short(scalar)}'"),
            },
            { IsEnum: true } => Member(scalar, type, path),
            _ => Number(scalar, type, property, path),
        };
    }

    private JsonObject Family(YamlNode node, string path)
    {
        var family = _family ?? ModelFamily.All[0];
        var options = Object(node, Options.GetTypeInfo(family.Defaults.GetType()), path);
        options.Insert(0, "family", family.Name);
        return options;
    }

    private JsonArray List(YamlNode node, Type element, JsonPropertyInfo property, string path)
    {
        var items = node is YamlList list ? list.Items : [node];
        var result = new JsonArray();
        foreach (var item in items)
        {
            var inner = string.Create(CultureInfo.InvariantCulture, $"{path}[{result.Count}]");
            Places[inner] = item.Start;
            var value = Value(item, element, property, inner);
            if (result.Any(v => JsonNode.DeepEquals(v, value)))
            {
                throw Error(item, $"'{path}' holds {value} twice");
            }

            result.Add(value);
        }

        return result.Count > 0 ? result : throw Error(node, $"'{path}' is an empty list");
    }

    private JsonValue Word(YamlScalar scalar, JsonPropertyInfo property) => Attribute<ValidationAttribute>(property) switch
    {
        RegularExpressionAttribute pattern when !pattern.IsValid(scalar.Text) =>
            throw Error(scalar, $"'{Short(scalar)}' is no {property.Name}: it must match {pattern.Pattern}"),
        AllowedValuesAttribute allowed when !allowed.IsValid(scalar.Text) =>
            throw Error(scalar, Unknown(scalar, property.Name, [.. allowed.Values.Cast<string>()])),
        _ => JsonValue.Create(scalar.Text),
    };

    private JsonValue Member(YamlScalar scalar, Type type, string path)
    {
        var names = Members(type);
        return names.Contains(scalar.Text) ? JsonValue.Create(scalar.Text) : throw Error(scalar, Unknown(scalar, Name(path), names));
    }

    internal static List<string> Members(Type type) =>
        [.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => JsonSerializer.Serialize(Enum.ToObject(type, v), Options.GetTypeInfo(type)).Trim('"'))];

    private static string Unknown(YamlScalar scalar, string what, IReadOnlyList<string> names) =>
        $"'{Short(scalar)}' is no {what}{Suggestion.For(scalar.Text, names)}; there is {string.Join(", ", names)}";

    private JsonValue Number(YamlScalar scalar, Type type, JsonPropertyInfo property, string path)
    {
        if (!Quantity.TryParse(scalar.Text, out var number))
        {
            throw Error(scalar, $"'{Name(path)}' must be a number such as 350k, 1.5M or 1e18, not '{Short(scalar)}'");
        }

        var whole = Math.Round(number);
        if (type != typeof(double) && Math.Abs(number - whole) > 1e-9 * Math.Abs(number))
        {
            throw Error(scalar, $"'{Name(path)}' must be a whole number, not {Short(scalar)}");
        }

        if (Attribute<RangeAttribute>(property) is { } range && !Holds(range, number))
        {
            throw Error(scalar, $"'{Name(path)}' must be {Phrase(range)}, not {Short(scalar)}");
        }

        if (Attribute<AllowedValuesAttribute>(property) is { } allowed && !allowed.Values.Any(v => Convert.ToDouble(v, CultureInfo.InvariantCulture) == number))
        {
            throw Error(scalar, $"'{Name(path)}' must be {string.Join(" or ", allowed.Values)}, not {Short(scalar)}");
        }

        return type == typeof(double) ? JsonValue.Create(number) : JsonValue.Create(checked((long)whole));
    }

    // RangeAttribute.IsValid would cut a fraction to the type of the bounds.
    private static bool Holds(RangeAttribute range, double number)
    {
        var (low, high) = Bounds(range);
        return (range.MinimumIsExclusive ? number > low : number >= low) && (range.MaximumIsExclusive ? number < high : number <= high);
    }

    /// <summary>A range in words: <c>at least 2 and less than 10</c>.</summary>
    internal static string Phrase(RangeAttribute range)
    {
        var (low, high) = Bounds(range);
        var from = $"{(range.MinimumIsExclusive ? "more than" : "at least")} {Text(low)}";
        return high is int.MaxValue or double.MaxValue ? from : $"{from} and {(range.MaximumIsExclusive ? "less than" : "at most")} {Text(high)}";

        static string Text(double bound) => bound < 1e7 ? bound.ToString("0", CultureInfo.InvariantCulture) : bound.ToString("0.##e+0", CultureInfo.InvariantCulture);
    }

    internal static (double Low, double High) Bounds(RangeAttribute range) =>
        (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));

    internal static T? Attribute<T>(JsonPropertyInfo property)
        where T : Attribute => property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: true).Cast<T>().FirstOrDefault();

    internal static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string Name(string path) => path[(path.LastIndexOf('.') + 1)..].Split('[')[0];

    private static string Short(YamlScalar scalar) => scalar.Text.Length <= 40 ? scalar.Text : $"{scalar.Text.AsSpan(0, 37)}...";

    private InputException Error(YamlNode at, string message) => new(file, at.Start.Line, at.Start.Column, message);
}
