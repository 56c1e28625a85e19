using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Reports;

/// <summary>What a report needs, read from a finished sweep's folder or from anyone's CSV.</summary>
public static class SweepFolder
{
    /// <param name="path">A folder with results.csv and, where they exist, curves.csv, fit.json, fits/ and sweep.yaml; or a CSV, which is fitted.</param>
    /// <exception cref="InputException">There is nothing to read, or it cannot be read.</exception>
    public static ReportInput Read(string path)
    {
        if (File.Exists(path))
        {
            return new() { Title = Path.GetFileNameWithoutExtension(path), Analysis = SweepAnalysis.Run(path) };
        }

        var results = Path.Combine(path, "results.csv");
        if (!File.Exists(results))
        {
            throw new InputException(Directory.Exists(path) ? $"{path}: no results.csv in this folder" : $"{path}: no such file or folder");
        }

        var rows = Rows<ResultRow>(results);
        var curves = Path.Combine(path, "curves.csv");
        var spec = Path.Combine(path, "sweep.yaml");
        return new()
        {
            Title = rows.FirstOrDefault()?.Sweep ?? Path.GetFileName(Path.GetFullPath(path)),
            Analysis = Analysis(path, results),
            Rows = rows,
            Curves = File.Exists(curves) ? Rows<CurveRow>(curves) : [],
            Unit = rows.FirstOrDefault()?.Model switch { null or "lm" => "tokens", "vjepa" => "clips", _ => "images" },
            Spec = File.Exists(spec) ? File.ReadAllText(spec) : "",
        };
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
        catch (Exception e) when (e is CsvHelper.CsvFormatException or CsvHelper.CsvValidationException or FormatException)
        {
            throw new InputException($"{file}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
