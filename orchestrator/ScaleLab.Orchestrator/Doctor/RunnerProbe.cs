using System.Diagnostics;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <summary>Asks the runner, as a process of its own: what is wrong with libtorch costs that process only.</summary>
internal static class RunnerProbe
{
    /// <returns>The report, or a check that says why there is none.</returns>
    public static async Task<(RunnerReport? Report, Check Check)> AskAsync(string device, MathPath math, CancellationToken cancellation)
    {
        try
        {
            var start = Start(device, math);
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {start.FileName}");
            using var kill = cancellation.Register(process.Kill);
            process.StandardInput.Close();
            var said = process.StandardError.ReadToEndAsync(cancellation);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return Read(start.FileName, process.ExitCode, answer, await said);
        }
        catch (InputException e)
        {
            return (null, new Check("runner", CheckOutcome.Fail, e.Message, "build the solution, or set SCALELAB_RUNNER to the runner"));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, new Check("runner", CheckOutcome.Fail, e.Message, "SCALELAB_RUNNER must name a program that can be executed"));
        }
    }

    internal static ProcessStartInfo Start(string device, MathPath math)
    {
        // A runner takes its stream from the first GPU that it sees, so it is asked as a worker is: about the only one.
        var numbered = device.StartsWith($"{DevicePool.Cuda}:", StringComparison.Ordinal);
        var start = RunnerExecutable.Start("doctor", numbered ? DevicePool.Cuda : device, JsonNamingPolicy.SnakeCaseLower.ConvertName(math.ToString()));
        start.RedirectStandardError = true;
        if (numbered)
        {
            WorkerEnvironment.Show(start, new DeviceInfo { Device = device });
        }

        return start;
    }

    internal static (RunnerReport? Report, Check Check) Read(string runner, int exitCode, string answer, string said)
    {
        var last = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";

        // Recording a step comes last, and may end the process; what was found before stands in a line of its own.
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (exitCode is not (0 or 2) && lines.Length > 0)
        {
            exitCode = 0;
        }

        if (exitCode != 0)
        {
            return (null, exitCode == 2
                ? new Check("libtorch", CheckOutcome.Fail, last.StartsWith("error: ", StringComparison.Ordinal) ? last["error: ".Length..] : last, "see docs/platforms.md for how libtorch is found and loaded")
                : new Check("libtorch", CheckOutcome.Fail, FormattableString.Invariant($"{runner} ended with exit code {exitCode}: {last}"), "a libtorch that aborts is usually of another version: unset SCALELAB_LIBTORCH, or build again"));
        }

        try
        {
            var report = JsonSerializer.Deserialize(lines.LastOrDefault() ?? "", ContractJson.Default.RunnerReport) ?? throw new JsonException("null");
            return (report, RunnerChecks.Runner(runner, report));
        }
        catch (JsonException)
        {
            return (null, new Check("runner", CheckOutcome.Fail, $"{runner} gives no report", "SCALELAB_RUNNER must name a scalelab-runner of this version"));
        }
    }
}
