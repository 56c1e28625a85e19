using Microsoft.Extensions.Time.Testing;
using ScaleLab.Orchestrator.Progress;
using Spectre.Console.Testing;

namespace ScaleLab.Orchestrator.Tests.Progress;

public sealed class ProgressViewTests
{
    private static readonly ProgressSnapshot Now = new(
        17,
        5,
        1,
        [new RunProgress("lm-n133k-d1M-s0-0123456789ab", 0.42, 3.14159, 39_500, TimeSpan.FromSeconds(75)), new RunProgress("lm-n[43k]", 0, null, null, null)],
        TimeSpan.FromSeconds(200));

    [Fact]
    public void A_change_is_a_line_and_mere_progress_one_line_in_ten_seconds()
    {
        var (time, output) = (new FakeTimeProvider(), new StringWriter { NewLine = "\n" });
        var view = new PlainProgress(output, time);
        view.Show(Now, "start lm-n133k");
        for (var second = 0; second < 25; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            view.Show(Now, null);
        }

        const string totals = "5/17 done, 2 running, 1 failed, 3m 20s left\n";
        Assert.Equal($"start lm-n133k\n{totals}{totals}", output.ToString());
    }

    [Fact]
    public void The_live_table_shows_each_run_and_the_totals()
    {
        using var console = new TestConsole().Width(80);
        console.Write(LiveProgress.Draw(Now));
        Assert.Equal(
            """

              run                            step     loss   units/s     left
            ───────────────────────────────────────────────────────────────────
              lm-n133k-d1M-s0-0123456789ab    42%   3.1416     39.5k   1m 15s
              lm-n[43k]                        0%

                        5/17 done, 2 running, 1 failed, 3m 20s left
            """,
            string.Join('\n', console.Lines.Select(l => l.TrimEnd())).TrimEnd());
    }

    [Fact]
    public async Task The_live_table_leaves_the_terminal_when_the_sweep_ends()
    {
        using var console = new TestConsole().Width(80);
        var view = new LiveProgress(console, new FakeTimeProvider());
        for (var i = 0; i < 1000; i++)
        {
            view.Show(Now, null);
        }

        await view.DisposeAsync();
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.44, "0.4s")]
    [InlineData(9.96, "10s")]
    [InlineData(59, "59s")]
    [InlineData(80, "1m 20s")]
    [InlineData(3_900, "1h 5m")]
    [InlineData(190_000, "2d 4h")]
    public void Durations_have_two_units_at_most(double seconds, string expected) => Assert.Equal(expected, ProgressText.Duration(TimeSpan.FromSeconds(seconds)));
}
