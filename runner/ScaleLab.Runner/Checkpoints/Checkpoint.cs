using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Checkpoints;

/// <summary><c>checkpoints/&lt;step&gt;/</c>: tensors and state, written aside, hashed, renamed. The last two are kept.</summary>
internal static class Checkpoint
{
    private const string Unfinished = "checkpoint.";

    public static void Write(AttemptFolder attempt, TrainingState state, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var folder = attempt.CheckpointFolder(state.Step);
        if (Directory.Exists(folder))
        {
            return;
        }

        var aside = Path.Combine(attempt.Path, $"{Unfinished}{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(aside);
            var (tensorFile, stateFile) = (AttemptFolder.TensorFile(aside), AttemptFolder.StateFile(aside));
            state = state with { Sha256 = Safetensors.Write(tensorFile, tensors) };
            File.WriteAllBytes(stateFile, JsonSerializer.SerializeToUtf8Bytes(state, RunnerJson.Default.TrainingState));
            DiskSync.Flush(tensorFile);
            DiskSync.Flush(stateFile);
            DiskSync.Flush(aside);
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(aside, folder);
            DiskSync.Flush(Path.GetDirectoryName(folder)!);
        }
        catch (IOException)
        {
            // Where the disk is full, half a checkpoint is in the way of a whole one.
            DropUnfinished(attempt);
            throw;
        }

        foreach (var old in attempt.CheckpointSteps().SkipLast(2))
        {
            Directory.Delete(attempt.CheckpointFolder(old), recursive: true);
        }
    }

    /// <summary>Removes what a killed or failed writer left. One that still writes there has been given up, and fails.</summary>
    public static void DropUnfinished(AttemptFolder attempt)
    {
        foreach (var left in Directory.EnumerateDirectories(attempt.Path, $"{Unfinished}*"))
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>Fills <paramref name="tensors"/> from the checkpoint of <paramref name="step"/>.</summary>
    /// <exception cref="InputException">It is missing or damaged.</exception>
    public static TrainingState Read(AttemptFolder attempt, long step, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        if (attempt.CheckpointDamage(step) is { } damage)
        {
            throw new InputException(damage);
        }

        var folder = attempt.CheckpointFolder(step);
        try
        {
            Safetensors.Read(AttemptFolder.TensorFile(folder), tensors);
            return JsonSerializer.Deserialize(File.ReadAllBytes(AttemptFolder.StateFile(folder)), RunnerJson.Default.TrainingState)!;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new InputException($"{folder}: unreadable checkpoint: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
