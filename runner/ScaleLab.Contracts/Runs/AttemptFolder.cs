using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ScaleLab.Contracts.Runs;

/// <summary><c>attempts/k/</c>: the only place where attempt k writes.</summary>
public sealed class AttemptFolder(string path, int number)
{
    private const string StateHashName = "state_sha256";
    private const string Unfinished = "checkpoint.";

    public int Number { get; } = number;

    public string Path { get; } = path;

    /// <summary>Rows of <see cref="Tables.CurveRow"/>, appended while the run trains.</summary>
    public string CurveFile => System.IO.Path.Combine(Path, "curve.csv");

    /// <summary>Touched while the worker lives.</summary>
    public string HeartbeatFile => System.IO.Path.Combine(Path, "heartbeat");

    /// <summary>Where a failure came from, for those who debug it.</summary>
    public string LogFile => System.IO.Path.Combine(Path, "log.txt");

    /// <summary>Final weights with Hugging Face-style names, and <c>config.json</c>.</summary>
    public string ModelFolder => System.IO.Path.Combine(Path, "model");

    public string CheckpointFolder(long step) => System.IO.Path.Combine(Path, "checkpoints", step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Where a checkpoint is written before it is renamed: a folder of its own.</summary>
    public string NewCheckpointFolder() => System.IO.Path.Combine(Path, $"{Unfinished}{Guid.NewGuid():N}");

    /// <summary>Removes what a killed or failed writer left of a checkpoint. One that still writes there has been given up, and fails.</summary>
    public void DropUnfinished()
    {
        foreach (var left in Directory.EnumerateDirectories(Path, $"{Unfinished}*"))
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>Steps with a checkpoint, ascending. Checkpoints appear by rename, so each is whole.</summary>
    public IReadOnlyList<long> CheckpointSteps()
    {
        var folder = System.IO.Path.Combine(Path, "checkpoints");
        return !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateDirectories(folder)
                .Select(d => long.TryParse(System.IO.Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1)
                .Where(s => s >= 0)
                .Order()];
    }

    /// <summary>Weights, moments and what is carried beside them.</summary>
    public static string TensorFile(string checkpoint) => System.IO.Path.Combine(checkpoint, "tensors.safetensors");

    /// <summary>Step, sums of losses, and the SHA-256 of the tensors and of itself.</summary>
    public static string StateFile(string checkpoint) => System.IO.Path.Combine(checkpoint, "state.json");

    /// <summary>SHA-256 of what a <c>state.json</c> says, but for this hash.</summary>
    public static string StateHash(JsonElement state) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', state.EnumerateObject().Where(p => p.Name != StateHashName).Select(p => $"{p.Name} {p.Value.GetRawText()}")))));

    /// <summary>What is wrong with the checkpoint of a step; null where it is there, of that step, and as it was written.</summary>
    public string? CheckpointDamage(long step)
    {
        var folder = CheckpointFolder(step);
        try
        {
            using var state = JsonDocument.Parse(File.ReadAllBytes(StateFile(folder)));
            if (state.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("step", out var s) || !s.TryGetInt64(out var written) || written != step)
            {
                return $"{StateFile(folder)} is not the state of step {step}";
            }

            // Earlier versions wrote none, and the ends of their trunks are good.
            if (root.TryGetProperty(StateHashName, out var own) && !own.ValueEquals(StateHash(root)))
            {
                return $"{StateFile(folder)}: its SHA-256 is not the one that it names";
            }

            using var tensors = File.OpenRead(TensorFile(folder));
            return root.TryGetProperty("sha256", out var hash) && hash.ValueEquals(Convert.ToHexStringLower(SHA256.HashData(tensors)))
                ? null
                : $"{TensorFile(folder)}: its SHA-256 is not the one in {System.IO.Path.GetFileName(StateFile(folder))}";
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException)
        {
            return $"{folder}: unreadable checkpoint: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>Null until the attempt has chosen where it starts, and where a disk has damaged what it wrote of it.</summary>
    public RestorePoint? ReadRestorePoint() => RunFolder.ReadIfWhole(RestoreFile, ContractJson.Default.RestorePoint);

    public void Publish(RestorePoint point) => RunFolder.Publish(RestoreFile, point, ContractJson.Default.RestorePoint);

    /// <summary>Null where a driver times the attempt, or where it cannot be read.</summary>
    public AttemptAccount? ReadAccount() => RunFolder.ReadIfWhole(AccountFile, ContractJson.Default.AttemptAccount);

    public void Publish(AttemptAccount account) => RunFolder.Publish(AccountFile, account, ContractJson.Default.AttemptAccount);

    /// <exception cref="OperationCanceledException">Somebody has given this attempt up, and whoever writes here has no business to go on.</exception>
    public void ThrowIfClosed()
    {
        if (File.Exists(FailureFile))
        {
            throw new OperationCanceledException("the attempt was given up, and another one has its place");
        }
    }

    /// <summary>Null while the attempt is open. One whose failure a disk has damaged is closed all the same.</summary>
    public RunFailure? ReadFailure()
    {
        try
        {
            return RunFolder.Read(FailureFile, ContractJson.Default.RunFailure);
        }
        catch (InputException e)
        {
            return new RunFailure { Class = FailureClass.Lost, Message = $"why it ended cannot be read: {e.Message}" };
        }
    }

    /// <returns>False where it was closed before, and says why.</returns>
    public bool Publish(RunFailure failure) => RunFolder.Publish(FailureFile, failure, ContractJson.Default.RunFailure);

    /// <summary>Whether a driver has given its run up after this attempt. Once there is another one, it has been tried again.</summary>
    public bool IsGivenUp => File.Exists(GivenUpFile);

    public void GiveUp() => File.WriteAllBytes(GivenUpFile, []);

    /// <summary>Written when the attempt begins to train.</summary>
    public string RestoreFile => System.IO.Path.Combine(Path, "restore.json");

    private string AccountFile => System.IO.Path.Combine(Path, "account.json");

    private string GivenUpFile => System.IO.Path.Combine(Path, "given_up");

    private string FailureFile => System.IO.Path.Combine(Path, "failure.json");
}

/// <summary><c>restore.json</c>: where an attempt took up the work. Written before its first step, so that curves can be stitched.</summary>
/// <param name="Step">The first step of this attempt.</param>
/// <param name="Attempt">The attempt of the same run whose checkpoint was read; null at the run's own start.</param>
public sealed record RestorePoint(long Step, int? Attempt)
{
    public int Format { get; set; } = 1;
}
