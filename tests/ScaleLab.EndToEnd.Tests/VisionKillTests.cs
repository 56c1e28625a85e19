namespace ScaleLab.EndToEnd.Tests;

/// <summary>The short form; <c>ScaleLab.Benchmarks kills 100 1 vision</c> is the long one.</summary>
public sealed class VisionKillTests(UndisturbedVisionSweep undisturbed) : IClassFixture<UndisturbedVisionSweep>
{
    private const int Kills = 3;

    [Fact]
    public Task Killed_at_any_moment_a_sweep_of_a_vision_method_finishes_with_the_same_bytes() => KillTests.Survives(undisturbed, Kills);
}
