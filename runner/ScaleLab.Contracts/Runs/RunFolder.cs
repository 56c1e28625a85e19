using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ScaleLab.Contracts.Runs;

/// <summary>The folder of one run: <c>run.json</c>, <c>attempts/k/</c>, <c>result.json</c>. A killed writer never corrupts or blocks it.</summary>
public sealed class RunFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string Attempts => System.IO.Path.Combine(Path, "attempts");

    private string Evaluations => System.IO.Path.Combine(Path, "evaluations");

    private string SpecFile => System.IO.Path.Combine(Path, "run.json");

    public string ResultFile => System.IO.Path.Combine(Path, "result.json");

    /// <summary>Whether there is a <c>run.json</c>.</summary>
    public bool Exists => File.Exists(SpecFile);

    /// <summary>When the spec, the result or an evaluation was last written.</summary>
    public DateTime ChangedUtc => new[] { File.GetLastWriteTimeUtc(SpecFile), File.GetLastWriteTimeUtc(ResultFile), Directory.GetLastWriteTimeUtc(Evaluations) }.Max();

    /// <summary>Writes <c>run.json</c> unless it is there: the first plan of a run binds the later ones. Another device may be planned until the first attempt. What is measured follows the latest plan, and so does the run it grows from: a trunk that is cut elsewhere has other names and the same bits.</summary>
    /// <returns>What binds.</returns>
    public RunSpec Create(RunSpec spec)
    {
        if (!Exists)
        {
            Directory.CreateDirectory(Path);
            Publish(SpecFile, spec, ContractJson.Default.RunSpec);
        }

        var first = ReadSpec();
        var bound = first.Execution.Device == spec.Execution.Device || AttemptNumbers().Count > 0 ? first with { Evaluation = spec.Evaluation, Parent = spec.Parent } : spec;
        if (bound != first)
        {
            AtomicFile.Replace(SpecFile, Bytes(bound, ContractJson.Default.RunSpec));
        }

        return bound;
    }

    /// <exception cref="InputException">There is no readable <c>run.json</c>.</exception>
    public RunSpec ReadSpec() => Read(SpecFile, ContractJson.Default.RunSpec) ?? throw new InputException($"{SpecFile}: no such run");

    /// <summary>Null where there is none, or one that a broken disk has left unreadable: that run is trained again.</summary>
    public RunResult? ReadResult() => ReadIfWhole(ResultFile, ContractJson.Default.RunResult);

    /// <returns>False where a result was there before: the first one wins, and this one is dropped.</returns>
    public bool Publish(RunResult result) => Publish(ResultFile, result, ContractJson.Default.RunResult);

    /// <summary>Takes back a result that cannot be used, so that the run is trained again. Only for whoever holds the sweep.</summary>
    public void Discard() => SetAside(ResultFile);

    /// <summary>Removes what nobody needs once there is a result: what killed writers left, and all checkpoints but the end of a trunk that the result names.</summary>
    public void Tidy(RunResult result, TrainingSpec training)
    {
        var keep = training.Phase == RunPhase.Trunk && result.Status == RunStatus.Ok ? result.Attempt : 0;
        foreach (var attempt in AttemptNumbers().Select(Attempt))
        {
            attempt.DropUnfinished();
            foreach (var step in attempt.CheckpointSteps().Where(s => attempt.Number != keep || s != training.EndStep))
            {
                Directory.Delete(attempt.CheckpointFolder(step), recursive: true);
            }
        }

        foreach (var left in Directory.EnumerateFiles(Path).Where(AtomicFile.IsAside))
        {
            File.Delete(left);
        }
    }

    /// <summary>A finished run under one way of measuring; null where it was not measured so, or cannot be read and is measured again.</summary>
    public RunEvaluation? ReadEvaluation(EvaluationSpec evaluation) =>
        ReadResult() is { } result && result.Evaluation == evaluation
            ? RunEvaluation.Of(result)
            : ReadIfWhole(EvaluationFile(evaluation), ContractJson.Default.RunEvaluation);

    /// <summary>Where a finished run is said to have been measured in some other way.</summary>
    public string EvaluationFile(EvaluationSpec evaluation) => System.IO.Path.Combine(Evaluations, RunEvaluation.Name(evaluation));

    public void Publish(RunEvaluation evaluation)
    {
        Directory.CreateDirectory(Evaluations);
        Publish(EvaluationFile(evaluation.Evaluation), evaluation, ContractJson.Default.RunEvaluation);
    }

    /// <summary>Takes the next attempt number by exclusive create, so that no two processes ever write into one attempt.</summary>
    public AttemptFolder ClaimAttempt()
    {
        Directory.CreateDirectory(Attempts);
        for (var number = AttemptNumbers().DefaultIfEmpty(0).Max() + 1; ; number++)
        {
            if (AtomicFile.TryCreateFolder(System.IO.Path.Combine(Attempts, Name(number))))
            {
                return Attempt(number);
            }
        }
    }

    public AttemptFolder Attempt(int number) => new(System.IO.Path.Combine(Attempts, Name(number)), number);

    /// <summary>Numbers of all attempts, ascending.</summary>
    public IReadOnlyList<int> AttemptNumbers() => !Directory.Exists(Attempts)
        ? []
        : [.. Directory.EnumerateDirectories(Attempts)
            .Select(d => int.TryParse(System.IO.Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Where(n => n > 0)
            .Order()];

    internal static T? Read<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            // Most files that are looked for are not there yet, and exceptions are slow.
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), type) ?? throw new JsonException("null") : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}:{(e.LineNumber ?? 0) + 1}:{(e.BytePositionInLine ?? 0) + 1}: {e.Message.Split(" Path:")[0]}");
        }
    }

    /// <summary>For files that can be missed: one that a disk has damaged is none.</summary>
    internal static T? ReadIfWhole<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return Read(file, type);
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <returns>False where the file was there before, and whole.</returns>
    internal static bool Publish<T>(string file, T value, JsonTypeInfo<T> type)
        where T : class
    {
        if (AtomicFile.TryCreate(file, Bytes(value, type)))
        {
            return true;
        }

        if (ReadIfWhole(file, type) is not null)
        {
            return false;
        }

        // Links are whole or absent, so this one was damaged afterwards.
        SetAside(file);
        return AtomicFile.TryCreate(file, Bytes(value, type));
    }

    // Kept beside, for whoever wants to know how that came.
    private static void SetAside(string file) => File.Move(file, $"{file}.unreadable", overwrite: true);

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    private static string Name(int number) => number.ToString(CultureInfo.InvariantCulture);
}
