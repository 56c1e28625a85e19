using System.Diagnostics;
using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>A worker as a child process. Its standard error is appended to a log, since native libraries print what they please.</summary>
internal sealed class WorkerProcess : IWorkerConnection
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _log;
    private readonly Task<string> _end;

    private WorkerProcess(Process process, Task log) => (_process, _log, _end) = (process, log, WaitAsync(process));

    public TextWriter Commands => _process.StandardInput;

    public TextReader Events => _process.StandardOutput;

    /// <exception cref="InputException">The program cannot be started.</exception>
    public static WorkerProcess Start(ProcessStartInfo start, string log)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InputException($"cannot start {start.FileName}: {e.Message}");
        }

        process.StandardInput.NewLine = "\n";
        process.StandardInput.AutoFlush = true;
        return new WorkerProcess(process, AppendAsync(process.StandardError.BaseStream, log));
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: false);
        }
        catch (InvalidOperationException)
        {
            // It was faster.
        }
    }

    public Task<string> EndAsync() => _end;

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Already gone: the pipe has no reader.
        }

        try
        {
            await _end.WaitAsync(Grace);
        }
        catch (TimeoutException)
        {
            Kill();
            await _end;
        }

        await _log;
        _process.Dispose();
    }

    private static async Task<string> WaitAsync(Process process)
    {
        await process.WaitForExitAsync();

        // .NET, like a shell, reports death by signal s as 128 + s.
        return process.ExitCode is > 128 and < 193
            ? FormattableString.Invariant($"killed by signal {process.ExitCode - 128}")
            : FormattableString.Invariant($"exit code {process.ExitCode}");
    }

    private static async Task AppendAsync(Stream errors, string log)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await errors.CopyToAsync(file);
    }
}
