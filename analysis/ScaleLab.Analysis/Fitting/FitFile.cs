using System.Text.Json;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Fits as files: the same fit gives the same bytes.</summary>
public static class FitFile
{
    private const long MostBytes = 64 << 20;

    /// <returns>Indented JSON that ends in a line feed.</returns>
    public static string ToJson(this Fit fit) => JsonSerializer.Serialize(fit, FitJson.Default.Fit) + "\n";

    /// <returns>One object; snake_case names as in the table of <c>allocate</c>.</returns>
    public static string ToJson(this Allocation allocation) => JsonSerializer.Serialize(allocation, FitJson.Default.Allocation) + "\n";

    /// <returns>An array.</returns>
    public static string ToJson(this IReadOnlyList<Allocation> allocations) => JsonSerializer.Serialize(allocations, FitJson.Default.IReadOnlyListAllocation) + "\n";

    /// <summary>Written aside and renamed: a reader never sees half a file.</summary>
    public static void Write(this Fit fit, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path + ".tmp", fit.ToJson());
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write {path}: {e.Message}");
        }
    }

    /// <returns>With <see cref="Fit.Surface"/>, and of <see cref="Fit.Draws"/> as many as the file keeps.</returns>
    /// <exception cref="InputException">No such file, no JSON, or no fit.</exception>
    public static Fit Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file");
        }

        if (new FileInfo(path).Length > MostBytes)
        {
            throw new InputException($"{path}: larger than any fit ({MostBytes >> 20} MiB)");
        }

        try
        {
            return Restore(path, JsonSerializer.Deserialize(File.ReadAllText(path), FitJson.Default.Fit) ?? throw new InputException($"{path}:1:1: not a fit"));
        }
        catch (JsonException e)
        {
            throw new InputException(path, (e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1, $"not a fit of this version: {FirstSentence(e.Message)}");
        }
    }

    private static Fit Restore(string path, Fit fit)
    {
        if (fit.Format != 1)
        {
            throw new InputException($"{path}: format {fit.Format} is not known; this version reads format 1");
        }

        var law = ScalingLaw.Of(fit.Law);
        if (fit.Status == FitStatus.Refused)
        {
            return fit;
        }

        if (law.ParameterNames.FirstOrDefault(name => !fit.Parameters.ContainsKey(name)) is { } missing)
        {
            throw new InputException($"{path}: the fit of {law.Name} lacks the parameter {missing}");
        }

        var surface = new LossSurface(law, [.. law.ParameterNames.Select(name => fit.Parameters[name])]);
        if (law.ParameterNames.FirstOrDefault(name => surface[name] < 0 || (surface[name] == 0 && !law.MayBeZero(name))) is { } bad)
        {
            throw new InputException($"{path}: {bad} must be above 0");
        }

        if (fit.Diagnostics.Draws.Any(draw => draw.Length != law.ParameterNames.Count))
        {
            throw new InputException($"{path}: a draw does not have the {law.ParameterNames.Count} parameters of {law.Name}");
        }

        return fit with
        {
            Surface = surface,
            Frontier = fit.Frontier is null ? null : surface.Frontier(fit.Frontier.Cost),
            Draws = [.. fit.Diagnostics.Draws.Select(draw => new LossSurface(law, [.. draw]))],
        };
    }

    // The serializer repeats line and position after its sentence.
    private static string FirstSentence(string message) => message.Split(" Path: ", 2)[0].ReplaceLineEndings(" ");
}
