namespace ScaleLab.Runner.Tests;

/// <summary>Public data that are not part of this repository: tests that need them are skipped without.</summary>
internal static class Reference
{
    public static string Data(string name)
    {
        var folder = Environment.GetEnvironmentVariable("SCALELAB_REFERENCE");
        Assert.SkipUnless(folder is not null, "SCALELAB_REFERENCE does not name the folder with the reference data");
        return Path.Combine(folder!, "data", name);
    }
}
