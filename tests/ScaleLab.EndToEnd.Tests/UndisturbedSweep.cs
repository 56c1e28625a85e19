namespace ScaleLab.EndToEnd.Tests;

public class UndisturbedSweep : TinySweep, IAsyncLifetime
{
    public UndisturbedSweep()
    {
    }

    protected UndisturbedSweep(string text)
        : base(text)
    {
    }

    public async ValueTask InitializeAsync()
    {
        await BeginAsync();
        Assert.Equal(7, Results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
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

public sealed class UndisturbedVisionSweep() : UndisturbedSweep(TinySweep.Vision);
