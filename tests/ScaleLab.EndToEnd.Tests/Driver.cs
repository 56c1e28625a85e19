using System.Diagnostics;
using System.Globalization;

namespace ScaleLab.EndToEnd.Tests;

/// <summary>A <c>scalelab</c> process of its own, as a user would start it.</summary>
internal sealed class Driver : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public Driver(string data, params ReadOnlySpan<string> arguments)
        : this(data, [], arguments)
    {
    }

    public Driver(string data, (string Name, string Value)[] environment, ReadOnlySpan<string> arguments)
    {
        // A script in the background ignores SIGINT, and so would all that it starts: here Ctrl-C is under test.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SCALELAB_DATA"] = data;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in (ReadOnlySpan<string>)["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "scalelab"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = ReadErrorAsync();
    }

    /// <summary>Of the process.</summary>
    public int Id => _process.Id;

    /// <summary>The first run was begun, or all is over.</summary>
    public Task Started => _started.Task;

    /// <summary>The first run was finished, and the next one begun; or all is over.</summary>
    public Task Finished => _finished.Task;

    /// <summary>The queue waits for room on the disk, or all is over.</summary>
    public Task Paused => _paused.Task;

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output, await _error);
    }

    /// <summary>Lets it live for a while: nothing is awaited by that but the moment of a kill.</summary>
    /// <returns>Whether it has ended by itself.</returns>
    public async Task<bool> IsOverAfterAsync(TimeSpan time)
    {
        var end = _process.WaitForExitAsync();
        return await Task.WhenAny(end, Task.Delay(time)) == end;
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

    /// <summary>A signal to it alone: <c>INT</c> is what Ctrl-C sends.</summary>
    public void Signal(string name) => Signal(name, _process.Id);

    /// <summary>A signal to its children, the workers.</summary>
    public void SignalWorkers(string name) => Children().ForEach(c => Signal(name, c));

    public void Dispose()
    {
        KillWorkers();
        Kill();
        _process.Dispose();
    }

    private static void Signal(string name, int pid)
    {
        using var kill = Process.Start("/bin/sh", ["-c", FormattableString.Invariant($"kill -{name} {pid} 2> /dev/null")]);
        kill.WaitForExit();
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
            if (line.StartsWith("pause: ", StringComparison.Ordinal))
            {
                _paused.TrySetResult();
            }

            if (line.StartsWith("start ", StringComparison.Ordinal) || line.StartsWith("send ", StringComparison.Ordinal))
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
        _paused.TrySetResult();
        return string.Join('\n', lines);
    }
}
