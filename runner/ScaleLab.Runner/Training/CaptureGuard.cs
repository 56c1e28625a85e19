using ScaleLab.Contracts.Runs;

namespace ScaleLab.Runner.Training;

/// <summary>
/// Recording a step may end the process where CUDA or a library refuses. So a file in the attempt's folder says that a recording is under way, and an
/// attempt that finds one left behind by an earlier one asks for every kernel itself.
/// </summary>
internal static class CaptureGuard
{
    private const string Marker = "recording";

    /// <param name="way">How steps would be asked for.</param>
    /// <param name="run">Its earlier attempts are looked at.</param>
    /// <param name="attempt">This one.</param>
    public static StepWay Guarded(this StepWay way, RunFolder run, AttemptFolder attempt)
    {
        if (way.Capture is not { } capture || run.AttemptNumbers().Any(n => n < attempt.Number && File.Exists(FileOf(run.Attempt(n)))))
        {
            return way with { Capture = null };
        }

        return way with
        {
            Capture = work =>
            {
                File.WriteAllText(FileOf(attempt), "");
                var recorded = capture(work);
                File.Delete(FileOf(attempt));
                return recorded;
            },
        };
    }

    private static string FileOf(AttemptFolder attempt) => Path.Combine(attempt.Path, Marker);
}
