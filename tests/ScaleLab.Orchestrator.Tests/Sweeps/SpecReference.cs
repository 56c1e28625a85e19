using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

/// <summary>Writes the JSON schema and the reference of a sweep spec from its types: names, ranges, defaults and doc comments stand in the code, once.</summary>
internal static partial class SpecReference
{
    private const string NumberPattern = "^[+-]?[0-9][0-9_]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?[kKMBGT]?$";

    private static readonly Recipe Usual = Recipe.Of(new SweepSpec { Name = "", Model = LanguageModelShape.FamilyName, Data = null!, Grid = null! });

    private static readonly JsonSerializerOptions Options = SweepJson.Default.Options;

    private static readonly Dictionary<string, string> Comments = Directory.EnumerateFiles(AppContext.BaseDirectory, "ScaleLab.*.xml")
        .SelectMany(f => XDocument.Load(f).Descendants("member"))
        .Where(m => m.Element("summary") is not null)
        .GroupBy(m => m.Attribute("name")!.Value)
        .ToDictionary(g => g.Key, g => Words(g.First().Element("summary")!));

    public static string Schema()
    {
        var schema = Object(typeof(SweepSpec));
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", "ScaleLab sweep");
        schema["allOf"] = new JsonArray([.. ModelFamily.All.Select(OptionsOf)]);
        return schema.ToJsonString(new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            NewLine = "\n",
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }) + "\n";
    }

    // Which options there are depends on the model.
    private static JsonObject OptionsOf(ModelFamily family) => new()
    {
        ["if"] = new JsonObject { ["properties"] = new JsonObject { ["model"] = new JsonObject { ["const"] = family.Name } } },
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["options"] = Object(family.Defaults.GetType()) } },
    };

    public static string Markdown()
    {
        var text = new StringBuilder();
        Section(text, typeof(SweepSpec), "");
        foreach (var family in ModelFamily.All)
        {
            text.Append('\n');
            Section(text, family.Defaults.GetType(), "options", $" with `model: {family.Name}`");
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, Type type, string path, string where = "")
    {
        text.Append(CultureInfo.InvariantCulture, $"### {(path.Length == 0 ? "The whole file" : $"`{path}:`")}{where}\n\n{Comments["T:" + type.FullName]}\n\n");
        text.Append("| key | value | default | |\n|---|---|---|---|\n");
        var inner = new List<(Type, string)>();
        foreach (var property in SpecBinder.Keys(Options.GetTypeInfo(type)))
        {
            var bare = SpecBinder.Bare(property.PropertyType);
            if (IsObject(bare) && bare != typeof(ModelOptions))
            {
                inner.Add((bare, path.Length == 0 ? property.Name : $"{path}.{property.Name}"));
            }

            text.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {Value(property)} | {(property.IsRequired ? "**required**" : Default(type, property))} | {Comment(property)} |\n");
        }

        foreach (var (child, name) in inner)
        {
            text.Append('\n');
            Section(text, child, name);
        }
    }

    private static string Value(JsonPropertyInfo property)
    {
        var type = SpecBinder.Bare(property.PropertyType);
        var (element, list) = type.IsArray ? (SpecBinder.Bare(type.GetElementType()!), "one or a list: ") : (type, "");
        var kind = element switch
        {
            _ when IsObject(element) => "keys",
            { IsEnum: true } => string.Join(", ", SpecBinder.Members(element).Select(m => $"`{m}`")),
            _ when element == typeof(string) => "text",
            _ when element == typeof(bool) => "`true` or `false`",
            _ when element == typeof(double) => "number",
            _ => "whole number",
        };
        var range = SpecBinder.Attribute<RangeAttribute>(property) is { } r ? ", " + SpecBinder.Phrase(r) : "";
        var allowed = SpecBinder.Attribute<AllowedValuesAttribute>(property) is { } a ? ": " + string.Join(", ", a.Values.Select(v => $"`{v}`")) : "";
        return list + kind + range + allowed;
    }

    // What is left open in `train` is set by the recipe; its rules have the same names.
    private static string Default(Type type, JsonPropertyInfo property)
    {
        if (property.Name == "warmup")
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Usual.WarmupSteps} steps");
        }

        var name = ((PropertyInfo)property.AttributeProvider!).Name;
        object[] sources = type == typeof(TrainSpec) ? [Usual, new OptimizerSpec { Lr = 0 }] : [Activator.CreateInstance(type)!];
        var value = sources.Select(s => s.GetType().GetProperty(name)?.GetValue(s)).FirstOrDefault(v => v is not null);
        return value switch
        {
            null or Array { Length: 0 } => "",
            Array { Length: 1 } list => $"`{Written(list.GetValue(0)!)}`",
            _ when IsObject(value.GetType()) => "",
            _ => $"`{Written(value)}`",
        };
    }

    private static string Written(object value) => value switch
    {
        Enum => JsonSerializer.Serialize(value, Options.GetTypeInfo(value.GetType())).Trim('"'),
        bool b => b ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static JsonObject Object(Type type)
    {
        var info = Options.GetTypeInfo(type);
        var properties = new JsonObject();
        foreach (var property in SpecBinder.Keys(info))
        {
            properties[property.Name] = Described(property, SpecBinder.Bare(property.PropertyType));
        }

        foreach (var axis in info.Properties.Any(p => p.IsExtensionData) ? SpecBinder.Axes : [])
        {
            properties[axis.Name] = Described(axis, SpecBinder.Bare(axis.PropertyType).MakeArrayType());
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (info.Properties.Any(p => p.IsRequired))
        {
            schema["required"] = new JsonArray([.. info.Properties.Where(p => p.IsRequired).Select(p => (JsonNode)p.Name)]);
        }

        return schema;
    }

    private static JsonObject Described(JsonPropertyInfo property, Type type)
    {
        var schema = Of(property, type);
        schema.Insert(0, "description", Comment(property).Replace("`", "", StringComparison.Ordinal));
        return schema;
    }

    private static JsonObject Of(JsonPropertyInfo property, Type type) => type switch
    {
        { IsArray: true } => new JsonObject
        {
            ["anyOf"] = new JsonArray(
                Of(property, type.GetElementType()!),
                new JsonObject { ["type"] = "array", ["minItems"] = 1, ["uniqueItems"] = true, ["items"] = Of(property, type.GetElementType()!) }),
        },
        _ when type == typeof(ModelOptions) => new JsonObject { ["type"] = "object" },
        _ when IsObject(type) => Object(type),
        { IsEnum: true } => new JsonObject { ["enum"] = new JsonArray([.. SpecBinder.Members(type).Select(m => (JsonNode)m)]) },
        _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
        _ when type == typeof(string) => Text(property),
        _ => Number(property),
    };

    private static JsonObject Text(JsonPropertyInfo property)
    {
        // A vocabulary of 50257 ids is a number to YAML, and text to us.
        var schema = new JsonObject { ["type"] = new JsonArray("string", "number") };
        if (SpecBinder.Attribute<AllowedValuesAttribute>(property) is { } allowed)
        {
            schema["enum"] = new JsonArray([.. allowed.Values.Select(v => (JsonNode)(string)v!)]);
        }

        if (SpecBinder.Attribute<RegularExpressionAttribute>(property) is { } pattern)
        {
            schema["pattern"] = $"^{pattern.Pattern}$";
        }

        return schema;
    }

    // 350k is a string to YAML; bounds then are ScaleLab's to check.
    private static JsonObject Number(JsonPropertyInfo property)
    {
        var schema = new JsonObject { ["type"] = new JsonArray("number", "string"), ["pattern"] = NumberPattern };
        if (SpecBinder.Attribute<RangeAttribute>(property) is { } range)
        {
            var (low, high) = SpecBinder.Bounds(range);
            schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = low;
            if (high is not double.MaxValue and not int.MaxValue)
            {
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = high;
            }
        }

        return schema;
    }

    private static bool IsObject(Type type) => type != typeof(string) && !type.IsArray && Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object;

    private static string Comment(JsonPropertyInfo property)
    {
        var member = (PropertyInfo)property.AttributeProvider!;
        return Comments.GetValueOrDefault($"P:{member.DeclaringType!.FullName}.{member.Name}")
            ?? throw new InvalidOperationException($"{member.DeclaringType}.{member.Name} has no doc comment, and so the reference no text for it");
    }

    private static string Words(XElement summary)
    {
        foreach (var code in summary.Descendants("c").ToList())
        {
            code.ReplaceWith($"`{code.Value}`");
        }

        return Blank().Replace(summary.Value.Trim(), " ");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
