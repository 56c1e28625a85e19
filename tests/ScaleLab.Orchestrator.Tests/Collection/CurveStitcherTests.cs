using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Collection;

namespace ScaleLab.Orchestrator.Tests.Collection;

public sealed class CurveStitcherTests : IDisposable
{
    private readonly RunFolder _run = new(Directory.CreateTempSubdirectory("scalelab-").FullName);

    [Fact]
    public void Each_attempt_counts_up_to_the_step_where_the_next_took_up()
    {
        Attempt(null, 0, [10, 20, 30, 40]);
        Attempt(1, 20, [30, 40, 50]);
        Attempt(2, 40, [50, 60]);
        Assert.Equal([(1, 10), (1, 20), (2, 30), (2, 40), (3, 50), (3, 60)], Stitched(3));
    }

    [Fact]
    public void An_attempt_that_led_nowhere_is_left_out()
    {
        Attempt(null, 0, [10, 20]);
        Attempt(1, 10, [20, 30]);
        Attempt(1, 20, [30, 40]);
        Assert.Equal([(1, 10), (1, 20), (3, 30), (3, 40)], Stitched(3));
    }

    [Fact]
    public void A_later_restore_from_before_an_earlier_one_cuts_both()
    {
        Attempt(null, 0, [10, 20, 30]);
        Attempt(1, 30, [40, 50]);
        Attempt(2, 20, [30, 40]);
        Assert.Equal([(1, 10), (1, 20), (3, 30), (3, 40)], Stitched(3));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_restore_point_that_a_disk_has_damaged_is_not_missed(int damaged)
    {
        Attempt(null, 0, [10, 20, 30]);
        Attempt(1, 25, [30, 40, 50]);
        Attempt(1, 25, [30]);
        Attempt(2, 45, []);
        Attempt(2, 45, [50, 60]);
        var whole = Stitched(5).ToList();
        Assert.Equal([(1, 10), (1, 20), (2, 30), (2, 40), (5, 50), (5, 60)], whole);
        File.WriteAllText(_run.Attempt(damaged).RestoreFile, "{\"step\": 2");
        Assert.Equal(whole, Stitched(5));
    }

    [Fact]
    public void The_last_row_may_come_from_an_attempt_that_had_nothing_left_to_train()
    {
        Attempt(null, 0, [10, 20]);
        Attempt(1, 30, [30]);
        Assert.Equal([(1, 10), (1, 20), (2, 30)], Stitched(2));
    }

    [Fact]
    public void A_torn_last_line_was_never_written()
    {
        var attempt = Attempt(null, 0, [10, 20]);
        File.AppendAllText(attempt.CurveFile, "k,30,30,3");
        Assert.Equal([(1, 10), (1, 20)], Stitched(1));
    }

    [Fact]
    public void A_line_written_twice_counts_once()
    {
        Attempt(null, 0, [10, 20, 20, 15, 30]);
        Assert.Equal([(1, 10), (1, 20), (1, 30)], Stitched(1));
    }

    [Fact]
    public void A_ring_of_attempts_does_not_hang()
    {
        Attempt(2, 0, [10]);
        Attempt(1, 10, [20]);
        Assert.Equal([(1, 10), (2, 20)], Stitched(2));
    }

    [Fact]
    public void No_curve_file_is_no_rows()
    {
        _run.ClaimAttempt();
        Assert.Empty(CurveStitcher.Read(_run, 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("run_key,st")]
    [InlineData("run_key,step,d,c,lr,train_loss,val_loss,annealed\n")]
    [InlineData("run_key,step,d,c,lr,train_loss,val_loss,annealed\nk,10,1")]
    public void A_curve_that_has_only_begun_has_no_rows(string written)
    {
        var attempt = _run.ClaimAttempt();
        File.WriteAllText(attempt.CurveFile, written);
        Assert.Null(CurveStitcher.Last(attempt));
    }

    public void Dispose() => Directory.Delete(_run.Path, recursive: true);

    // The loss tells which attempt wrote a row.
    private IEnumerable<(int Attempt, int Step)> Stitched(int attempt) =>
        CurveStitcher.Read(_run, attempt).Select(r => ((int)r.TrainLoss!.Value, (int)r.Step));

    private AttemptFolder Attempt(int? from, long step, int[] rows)
    {
        var attempt = _run.ClaimAttempt();
        attempt.Publish(new RestorePoint(step, from));
        File.WriteAllLines(attempt.CurveFile, rows.Select(s => $"k,{s},{s},{s},0.1,{attempt.Number},,0").Prepend("run_key,step,d,c,lr,train_loss,val_loss,annealed"));
        return attempt;
    }
}
