using System.Diagnostics;
using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>A worker as a child process. Its standard error is appended to a log, since native libraries print what they please.</summary>
internal sealed class WorkerProcess : IWorkerConnection
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // Enough for the last message of a native library and its stack.
    private const int RememberedBytes = 4096;

    private readonly Process _process;
    private readonly Task<WorkerEnd> _end;
    private readonly MemoryStream _words = new();

    private WorkerProcess(Process process, string log) => (_process, _end) = (process, WaitAsync(process, AppendAsync(process.StandardError.BaseStream, log)));

    public TextWriter Commands => _process.StandardInput;

    public TextReader Events => _process.StandardOutput;

    public string LastWords
    {
        get
        {
            lock (_words)
            {
                return Encoding.UTF8.GetString(_words.GetBuffer().AsSpan(0, (int)_words.Length));
            }
        }
    }

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
        return new WorkerProcess(process, log);
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

    public Task<WorkerEnd> EndAsync() => _end;

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

        if (!await EndsAsync())
        {
            // Whatever hangs in a driver or a network drive does not even die of SIGKILL; the slot is needed all the same.
            Kill();
            await EndsAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> EndsAsync() => await Task.WhenAny(_end, Task.Delay(Grace)) == _end;

    private static async Task<WorkerEnd> WaitAsync(Process process, Task log)
    {
        await process.WaitForExitAsync();
        await log;
        return new WorkerEnd(process.ExitCode);
    }

    private async Task AppendAsync(Stream errors, string log)
    {
        await using var file = Open(log);
        var buffer = new byte[RememberedBytes];
        while (await errors.ReadAsync(buffer) is var read and > 0)
        {
            Remember(buffer.AsSpan(0, read));
            try
            {
                await file.WriteAsync(buffer.AsMemory(0, read));
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // A worker must not block on its own complaints; the last of them are remembered.
            }
        }
    }

    private static Stream Open(string log)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(log)!);
            return new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            return Stream.Null;
        }
    }

    private void Remember(ReadOnlySpan<byte> said)
    {
        lock (_words)
        {
            var all = (byte[])[.. _words.GetBuffer().AsSpan(0, (int)_words.Length), .. said];
            _words.SetLength(0);
            _words.Write(all.AsSpan(Math.Max(0, all.Length - RememberedBytes)));
        }
    }
}
