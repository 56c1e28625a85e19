using System.Text;
using ScaleLab.Contracts.Tables;
using ScaleLab.Tests;

namespace ScaleLab.Contracts.Tests.Documentation;

/// <summary>docs/files.md and the files say the same.</summary>
public sealed class FilesPageTests
{
    public static TheoryData<string, string> Tables => new()
    {
        { "results.csv", Header<ResultRow>() },
        { "curves.csv", Header<CurveRow>() },
        { "timings.csv", Header<TimingRow>() },
        { "plan.csv", Header<PlanRow>() },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_columns_of_a_table_are_documented_in_their_order(string file, string header) =>
        Assert.Equal(header.Split(','), Documented(file));

    private static IEnumerable<string> Documented(string file)
    {
        var section = File.ReadAllText(Golden.RepositoryFile("docs/files.md")).Split($"\n## {file}\n")[1].Split("\n## ")[0];
        return section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]);
    }

    private static string Header<T>()
    {
        using var text = new MemoryStream();
        Csv.Write<T>(text, []);
        return Encoding.UTF8.GetString(text.ToArray()).TrimEnd();
    }
}
