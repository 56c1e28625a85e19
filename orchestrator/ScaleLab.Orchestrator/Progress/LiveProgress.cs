using System.Globalization;
using System.Threading.Channels;
using ScaleLab.Contracts.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ScaleLab.Orchestrator.Progress;

/// <summary>A table that is redrawn in place: for terminals.</summary>
internal sealed class LiveProgress : IProgressView
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);

    // Only the newest picture matters.
    private readonly Channel<ProgressSnapshot> _frames = Channel.CreateBounded<ProgressSnapshot>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    // The channel is complete only once it is empty: the last frame must not wait for its turn.
    private readonly TaskCompletionSource _ended = new();

    private readonly Task _drawing;

    public LiveProgress(IAnsiConsole console, TimeProvider time) =>
        _drawing = console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync())
            {
                live.UpdateTarget(Draw(frame));
                await Task.WhenAny(Task.Delay(Frame, time), _ended.Task);
            }
        });

    public static IRenderable Draw(ProgressSnapshot now)
    {
        var table = new Table().Border(TableBorder.Simple).Caption(ProgressText.Totals(now));
        table.AddColumn("run");
        foreach (var heading in (ReadOnlySpan<string>)["step", "loss", "units/s", "left"])
        {
            table.AddColumn(heading, c => c.RightAligned());
        }

        foreach (var run in now.Running)
        {
            table.AddRow(
                Markup.Escape(run.Key),
                run.Share.ToString("0%", CultureInfo.InvariantCulture),
                ProgressText.Loss(run.Loss),
                run.Rate is { } rate ? Quantity.Format(rate) : "",
                run.Remaining is { } left ? ProgressText.Duration(left) : "");
        }

        return table;
    }

    public void Show(ProgressSnapshot now, string? change) => _frames.Writer.TryWrite(now);

    public async ValueTask DisposeAsync()
    {
        _frames.Writer.TryComplete();
        _ended.TrySetResult();
        await _drawing;
    }
}
