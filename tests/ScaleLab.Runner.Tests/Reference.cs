using System.Text.Json;

namespace ScaleLab.Runner.Tests;

/// <summary>Public data and oracles that are not part of this repository: tests that need them are skipped without.</summary>
internal static class Reference
{
    public static string Data(string file) => Path.Combine(Folder(), "data", file);

    /// <summary>Numbers that another program computed.</summary>
    public static JsonElement Oracle(string name)
    {
        using var stream = File.OpenRead(Path.Combine(Folder(), "oracles", name + ".json"));
        return JsonSerializer.Deserialize<JsonElement>(stream);
    }

    private static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable("SCALELAB_REFERENCE");
        Assert.SkipUnless(folder is not null, "SCALELAB_REFERENCE does not name the folder with the reference data");
        return folder!;
    }
}
