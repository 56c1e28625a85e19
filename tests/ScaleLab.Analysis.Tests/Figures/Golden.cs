namespace ScaleLab.Analysis.Tests.Figures;

/// <summary>Texts that a person has looked at and accepted: <c>UPDATE_GOLDEN=1</c> accepts what is there now.</summary>
internal static class Golden
{
    public static void Equal(string name, string actual)
    {
        var file = Path.Combine(Root(), "tests", "ScaleLab.Analysis.Tests", "Figures", "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{name} has never been accepted: run with UPDATE_GOLDEN=1 and look at it");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ScaleLab.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie within the repository");
    }
}
