using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Tests.Training;

namespace ScaleLab.Runner.Tests.Checkpoints;

public sealed class CheckpointTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    public static TheoryData<string, Action<string>> Damage => new()
    {
        { "a flipped bit", folder => Change(Path.Combine(folder, "tensors.safetensors"), b => b[^1] ^= 1) },
        { "a torn file", folder => File.WriteAllBytes(Path.Combine(folder, "tensors.safetensors"), new byte[100]) },
        { "no tensors", folder => File.Delete(Path.Combine(folder, "tensors.safetensors")) },
        { "no state", folder => File.Delete(Path.Combine(folder, "state.json")) },
        { "a torn state", folder => Change(Path.Combine(folder, "state.json"), b => b.AsSpan(b.Length / 2).Clear()) },
        { "a state that is null", folder => File.WriteAllText(Path.Combine(folder, "state.json"), "null") },
        { "a sum of losses that is another", folder => Change(Path.Combine(folder, "state.json"), b => b[b.AsSpan().IndexOf("\"nats\":"u8) + 7] ^= 1) },
        { "a state of another step", folder => Change(Path.Combine(folder, "state.json"), b => b[b.AsSpan().IndexOf("\"step\":20"u8) + 7] = (byte)'1') },
    };

    [Theory]
    [MemberData(nameof(Damage), DisableDiscoveryEnumeration = true)]
    public void A_damaged_checkpoint_falls_back_to_the_older_one(string what, Action<string> damage)
    {
        Assert.NotEmpty(what);
        var straight = _runs.Create("straight", _runs.Training(30));
        var expected = _runs.Train(straight)!;
        var run = _runs.Create("run", _runs.Training(30));
        Assert.Null(_runs.Train(run, 10));
        Assert.Null(_runs.Train(run, 20));
        damage(run.Attempt(2).CheckpointFolder(20));

        ResumeTests.AssertEqual(expected, _runs.Train(run)!);
        Assert.Equal(new RestorePoint(10, 1), run.Attempt(3).ReadRestorePoint());
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(run));
        Assert.Equal(SampleRuns.Curve(straight).Select(r => r.TrainLoss), SampleRuns.Curve(run).Select(r => r.TrainLoss));
    }

    [Theory]
    [InlineData("tensors.safetensors")]
    [InlineData("state.json")]
    public void Where_all_checkpoints_are_damaged_the_run_starts_again_with_weights_of_its_own(string file)
    {
        var straight = _runs.Create("straight", _runs.Training(20));
        _runs.Train(straight);
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Null(_runs.Train(run, 10));
        Change(Path.Combine(run.Attempt(1).CheckpointFolder(10), file), b => b[b.Length / 2] ^= 1);
        _runs.Train(run);
        Assert.Equal(new RestorePoint(0, null), run.Attempt(2).ReadRestorePoint());
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(run));
    }

    [Fact]
    public void A_state_without_a_hash_of_its_own_as_earlier_versions_wrote_it_is_read()
    {
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Null(_runs.Train(run, 10));
        WithoutHash(run, state => state);
        _runs.Train(run);
        Assert.Equal(new RestorePoint(10, 1), run.Attempt(2).ReadRestorePoint());
    }

    [Fact]
    public void A_state_that_turns_out_to_be_none_leaves_the_weights_alone()
    {
        var straight = _runs.Create("straight", _runs.Training(20));
        _runs.Train(straight);
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Null(_runs.Train(run, 10));
        WithoutHash(run, state => state.Replace("\"wall_seconds\":", "\"wall_seconds\":\"long\",\"was\":", StringComparison.Ordinal));
        _runs.Train(run);
        Assert.Equal(new RestorePoint(0, null), run.Attempt(2).ReadRestorePoint());
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(run));
    }

    [Fact]
    public void A_checkpoint_is_written_every_half_minute_and_the_last_two_are_kept()
    {
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Null(_runs.Train(run, 10, new SteppingTime(TimeSpan.FromSeconds(11))));
        var kept = run.Attempt(1).CheckpointSteps();
        Assert.Equal(2, kept.Count);
        Assert.Equal(10, kept[^1]);
        Assert.InRange(kept[0], 7, 9);

        Assert.Equal(RunStatus.Ok, _runs.Train(run)!.Status);
        Assert.Empty(run.Attempt(1).CheckpointSteps());
        Assert.Empty(run.Attempt(2).CheckpointSteps());
    }

    private static void WithoutHash(RunFolder run, Func<string, string> change)
    {
        var file = Path.Combine(run.Attempt(1).CheckpointFolder(10), "state.json");
        var (state, from) = (File.ReadAllText(file), File.ReadAllText(file).IndexOf(",\"state_sha256\"", StringComparison.Ordinal));
        Assert.True(from > 0);
        File.WriteAllText(file, change(state[..from] + "}"));
    }

    private static void Change(string file, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(file);
        change(bytes);
        File.WriteAllBytes(file, bytes);
    }
}
