using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Corpora;

/// <summary>Asks the runner for a prepared corpus; it prepares what is not there yet.</summary>
internal static class CorpusClient
{
    /// <exception cref="InputException">The data cannot be prepared; the runner's own line says why.</exception>
    public static async Task<CorpusInfo> PrepareAsync(DataSpec data, TextWriter progress, CancellationToken cancellation)
    {
        var question = JsonSerializer.Serialize(data, ContractJson.Line.DataSpec);
        return JsonSerializer.Deserialize(await RunnerQuery.AskAsync(["data", question], progress, cancellation), ContractJson.Default.CorpusInfo)!;
    }
}
