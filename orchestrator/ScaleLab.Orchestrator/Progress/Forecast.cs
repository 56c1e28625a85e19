using System.Text.Json;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Progress;

/// <summary><c>forecast.json</c>: when each run was expected to end, as the session foretold that was to train it. Held against the truth in <c>timings.csv</c>.</summary>
internal sealed record Forecast
{
    public int Format { get; set; } = 1;

    /// <summary>By run key, to the second.</summary>
    public Dictionary<string, DateTimeOffset> Finish { get; set; } = [];

    public static Forecast Read(SweepFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.ForecastFile), OrchestratorJson.Default.Forecast) ?? new Forecast();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return new Forecast();
        }
    }

    /// <summary>Foretells anew for the runs still to do; what was foretold for the others stays.</summary>
    /// <param name="folder">The sweep.</param>
    /// <param name="finishes">Time from now to the end of each of them.</param>
    /// <param name="now">The present.</param>
    public static void Renew(SweepFolder folder, IReadOnlyDictionary<string, TimeSpan> finishes, DateTimeOffset now)
    {
        var forecast = Read(folder);
        foreach (var (key, time) in finishes)
        {
            forecast.Finish[key] = DateTimeOffset.FromUnixTimeSeconds((now + time).ToUnixTimeSeconds());
        }

        SweepFolder.Replace(folder.ForecastFile, JsonSerializer.SerializeToUtf8Bytes(forecast, OrchestratorJson.Default.Forecast));
    }
}
