using System.Diagnostics;
using ScaleLab.EndToEnd.Tests;

[assembly: AssemblyFixture(typeof(UndisturbedSweep))]

namespace ScaleLab.EndToEnd.Tests;

/// <summary>Run once for all classes.</summary>
public class UndisturbedSweep : TinySweep, IAsyncLifetime
{
    private readonly int _points = 6;

    public UndisturbedSweep()
    {
    }

    protected UndisturbedSweep(string text, int points)
        : base(text)
    {
        _points = points;
    }

    public async ValueTask InitializeAsync()
    {
        await BeginAsync();
        Assert.Equal(_points + 1, Results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>The finished sweep, to be damaged.</summary>
    public string Copy()
    {
        var folder = NewFolder();
        using var copy = Process.Start("cp", ["-a", Folder, folder]);
        copy.WaitForExit();
        return folder;
    }

    /// <summary>Runs the sweep to its end, which must be that of the undisturbed one.</summary>
    public async Task Finish(string folder)
    {
        using var last = Run(folder);
        var (code, _, error) = await last.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal((Results, Curves), Tables(folder));
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class UndisturbedVisionSweep() : UndisturbedSweep(TinySweep.Vision, points: 3);
