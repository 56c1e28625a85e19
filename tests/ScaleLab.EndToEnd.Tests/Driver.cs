using System.Diagnostics;
using System.Globalization;

namespace ScaleLab.EndToEnd.Tests;

/// <summary>A <c>scalelab</c> process of its own, as a user would start it.</summary>
internal sealed class Driver : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public Driver(string data, params ReadOnlySpan<string> arguments)
    {
        // A script in the background ignores SIGINT, and so would all that it starts: here Ctrl-C is under test.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SCALELAB_DATA"] = data;
        foreach (var argument in (ReadOnlySpan<string>)["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "scalelab"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = ReadErrorAsync();
    }

    /// <summary>The first run was begun, or all is over.</summary>
    public Task Started => _started.Task;

    /// <summary>The first run was finished, and the next one begun; or all is over.</summary>
    public Task Finished => _finished.Task;

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await _output, await _error);
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => Try(_process.Kill);

    /// <summary>SIGKILL to its children, the workers.</summary>
    public void KillWorkers()
    {
        foreach (var child in Children())
        {
            Try(() =>
            {
                using var worker = Process.GetProcessById(child);
                worker.Kill();
            });
        }
    }

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("/bin/sh", ["-c", FormattableString.Invariant($"kill -INT {_process.Id}")]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        KillWorkers();
        Kill();
        _process.Dispose();
    }

    private static void Try(Action kill)
    {
        try
        {
            kill();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or System.ComponentModel.Win32Exception)
        {
            // Gone already.
        }
    }

    // Field 4 of /proc/<pid>/stat is the parent.
    private List<int> Children()
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
            {
                try
                {
                    var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                    if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == _process.Id.ToString(CultureInfo.InvariantCulture))
                    {
                        children.Add(pid);
                    }
                }
                catch (IOException)
                {
                    // Ended while we looked.
                }
            }
        }

        return children;
    }

    private async Task<string> ReadErrorAsync()
    {
        var lines = new List<string>();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("start ", StringComparison.Ordinal))
            {
                _started.TrySetResult();
                if (lines.Exists(l => l.StartsWith("done ", StringComparison.Ordinal)))
                {
                    _finished.TrySetResult();
                }
            }
        }

        _started.TrySetResult();
        _finished.TrySetResult();
        return string.Join('\n', lines);
    }
}
