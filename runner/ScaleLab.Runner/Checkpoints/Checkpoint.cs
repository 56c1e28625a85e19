using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Checkpoints;

/// <summary><c>checkpoints/&lt;step&gt;/</c>: tensors and state, written aside, hashed, renamed. The last two are kept.</summary>
internal static class Checkpoint
{
    public static void Write(AttemptFolder attempt, TrainingState state, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var folder = attempt.CheckpointFolder(state.Step);
        if (Directory.Exists(folder))
        {
            return;
        }

        var aside = attempt.NewCheckpointFolder();
        try
        {
            Directory.CreateDirectory(aside);
            var (tensorFile, stateFile) = (AttemptFolder.TensorFile(aside), AttemptFolder.StateFile(aside));
            state = state with { Sha256 = Safetensors.Write(tensorFile, tensors) };
            state = state with { StateSha256 = AttemptFolder.StateHash(JsonSerializer.SerializeToElement(state, RunnerJson.Default.TrainingState)) };
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
            attempt.DropUnfinished();
            throw;
        }

        foreach (var old in attempt.CheckpointSteps().SkipLast(2))
        {
            Directory.Delete(attempt.CheckpointFolder(old), recursive: true);
        }
    }

    /// <summary>Fills <paramref name="tensors"/> from the checkpoint of <paramref name="step"/>.</summary>
    /// <exception cref="InputException">It is missing or damaged, and the tensors are what they were.</exception>
    /// <exception cref="IOException">The disk failed after all had been checked. The tensors are of no use any more.</exception>
    public static TrainingState Read(AttemptFolder attempt, long step, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        if (attempt.CheckpointDamage(step) is { } damage)
        {
            throw new InputException(damage);
        }

        var state = ReadState(AttemptFolder.StateFile(attempt.CheckpointFolder(step)));
        Safetensors.Read(AttemptFolder.TensorFile(attempt.CheckpointFolder(step)), tensors);
        return state;
    }

    private static TrainingState ReadState(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), RunnerJson.Default.TrainingState)!;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new InputException($"{file}: unreadable checkpoint: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
