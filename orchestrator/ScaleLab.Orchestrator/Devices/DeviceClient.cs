using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Devices;

/// <summary>Asks the runner which devices it can train on: only a process with libtorch knows.</summary>
internal static class DeviceClient
{
    /// <exception cref="InputException">The runner cannot load its back end; its own line says why.</exception>
    public static async Task<IReadOnlyList<DeviceInfo>> ListAsync(CancellationToken cancellation) =>
        JsonSerializer.Deserialize(await RunnerQuery.AskAsync(["devices"], TextWriter.Null, cancellation), ContractJson.Line.DeviceInfoArray)!;
}
