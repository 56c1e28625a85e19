using System.Text.Json;
using System.Text.RegularExpressions;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Reports;

/// <summary>What a report needs, read from a finished sweep's folder or from anyone's CSV.</summary>
public static partial class ReportSource
{
    /// <param name="path">As for <see cref="ReadFolder"/>; or a CSV, which is fitted.</param>
    /// <param name="columns">What the columns of a CSV mean; a folder's are known.</param>
    /// <exception cref="InputException">There is nothing to read, or it cannot be read.</exception>
    public static ReportInput Read(string path, ColumnOptions? columns = null) => File.Exists(path)
        ? new() { Title = Path.GetFileNameWithoutExtension(path), Analysis = SweepAnalysis.Run(path, columns: columns) }
        : ReadFolder(path);

    /// <param name="path">A folder with results.csv and, where they exist, plan.csv, curves.csv, fit.json, fits/ and sweep.yaml.</param>
    /// <exception cref="InputException">There is nothing to read, or it cannot be read.</exception>
    public static ReportInput ReadFolder(string path)
    {
        var results = Path.Combine(path, "results.csv");
        var rows = ReadRows(path);
        var curves = Path.Combine(path, "curves.csv");
        var plan = Path.Combine(path, "plan.csv");
        var spec = Path.Combine(path, "sweep.yaml");
        return new()
        {
            Title = rows.Count > 0 ? rows[0].Sweep : Path.GetFileName(Path.GetFullPath(path)),
            Analysis = Analysis(path, results),
            Rows = rows,
            Sizes = File.Exists(plan) ? Rows<PlannedRun>(plan).GroupBy(r => r.RunKey).ToDictionary(g => g.Key, g => g.First().N) : new Dictionary<string, double>(),
            Curves = File.Exists(curves) ? Rows<CurveRow>(curves) : [],
            Unit = (rows.Count > 0 ? rows[0].Model : null) switch { null or "lm" => "tokens", "vjepa" => "clips", _ => "images" },
            Prediction = Prediction(Path.Combine(path, "prediction.json")),
            Spec = File.Exists(spec) ? File.ReadAllText(spec) : "",
        };
    }

    /// <param name="path">A sweep's folder.</param>
    /// <returns>The rows of its results.csv.</returns>
    /// <exception cref="InputException">There is nothing to read, or it cannot be read.</exception>
    public static IReadOnlyList<ResultRow> ReadRows(string path)
    {
        var results = Path.Combine(path, "results.csv");
        return File.Exists(results)
            ? Rows<ResultRow>(results)
            : throw new InputException(Directory.Exists(path) ? $"{path}: no results.csv in this folder" : $"{path}: no such folder");
    }

    private static Prediction? Prediction(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), ContractJson.Default.Prediction) : null;
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static SweepAnalysis Analysis(string folder, string results)
    {
        var file = Path.Combine(folder, "fit.json");
        if (!File.Exists(file))
        {
            return SweepAnalysis.Run(results);
        }

        var others = Path.Combine(folder, "fits");
        return new(
            ObservationFile.Read(results),
            FitFile.Read(file),
            [.. Directory.Exists(others) ? Directory.GetFiles(others, "*.json").Order(StringComparer.Ordinal).Select(FitFile.Read) : []]);
    }

    private static List<T> Rows<T>(string file)
    {
        try
        {
            return Csv.Read<T>(file);
        }
        catch (KeyNotFoundException e)
        {
            throw new InputException(file, 1, 1, $"missing columns: {string.Join(", ", QuotedName().Matches(e.Message).Select(m => m.Groups[1].Value))}");
        }
        catch (Exception e) when (e is CsvHelper.CsvFormatException or CsvHelper.CsvValidationException or FormatException)
        {
            throw new InputException($"{file}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    // How CsvHelper names a column in its message.
    [GeneratedRegex("\\('([^']+)'\\)")]
    private static partial Regex QuotedName();
}
