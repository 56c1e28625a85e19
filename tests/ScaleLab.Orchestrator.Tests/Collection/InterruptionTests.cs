using CsCheck;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Collection;

public sealed class InterruptionTests
{
    [Fact]
    public async Task However_often_a_sweep_is_killed_its_tables_have_the_same_bytes()
    {
        using var undisturbed = new TestSweep();
        await undisturbed.RunAsync();
        var (results, curves) = (undisturbed.Results, undisturbed.Curves);

        // Each number is the count of writes that a session lives to see.
        await Gen.Select(Gen.Int[1, 120].Array[1, 12], Gen.Int[1, 3]).SampleAsync(
            async (kills, slots) =>
            {
                using var sweep = new TestSweep();
                foreach (var writes in kills)
                {
                    await KilledSession(sweep, writes, slots);
                }

                await sweep.RunAsync(() => new SimulatedExecutor(slots));
                return sweep.Results == results && sweep.Curves == curves;
            },
            iter: 25,
            threads: 1);
    }

    [Fact]
    public async Task Every_single_write_of_a_run_is_a_safe_place_to_die()
    {
        const string onePoint = "grid: {n: [15k], d: [0.5M]}";
        using var undisturbed = new TestSweep(onePoint);
        var writes = 0;
        await undisturbed.RunAsync(() => new SimulatedExecutor(1, _ => writes++));
        Assert.InRange(writes, 40, 100);
        for (var kill = 0; kill < writes; kill++)
        {
            using var sweep = new TestSweep(onePoint);
            await Assert.ThrowsAsync<KilledException>(() => sweep.RunAsync(() => Mortal(kill, 1)));
            await sweep.RunAsync();
            Assert.Equal(undisturbed.Results, sweep.Results);
            Assert.Equal(undisturbed.Curves, sweep.Curves);
        }
    }

    private static async Task KilledSession(TestSweep sweep, int writes, int slots)
    {
        try
        {
            await sweep.RunAsync(() => Mortal(writes, slots));
        }
        catch (KilledException)
        {
        }
    }

    private static SimulatedExecutor Mortal(int writes, int slots)
    {
        var left = writes;
        return new SimulatedExecutor(slots, _ =>
        {
            // Whoever else still runs dies at its next write.
            if (Interlocked.Decrement(ref left) < 0)
            {
                throw new KilledException();
            }
        });
    }

    private sealed class KilledException : Exception;
}
