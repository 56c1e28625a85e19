using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class PlacementTests
{
    private const string Rules = "train: {batch: 65536, batch_ramp: 0, schedule: cosine, precision: bf16, warmup: 65536}\noptions: {context: 1024}\n";

    private static readonly Target Gpu = new() { Device = "cuda", MemoryBytes = 80_000_000_000 };

    [Fact]
    public void A_gpu_is_recorded_as_a_kind_and_changes_no_key()
    {
        const string grid = "grid: {n: [43k, 133k], d: [1M, 2M]}";
        var (cpu, gpu) = (Sample.Plan(grid), Sample.Plan(grid, Gpu));
        Assert.All(gpu.Runs, r => Assert.Equal("cuda", r.Spec.Execution.Device));
        Assert.Equal(cpu.Runs.Select(r => r.Key), gpu.Runs.Select(r => r.Key));
    }

    [Theory]
    [InlineData("1M", 80, 32)] // 32k tokens
    [InlineData("1M", 1.5, 1)]
    [InlineData("1B", 80, 7)]
    public void A_pass_on_a_gpu_holds_what_its_memory_does(string n, double gigabytes, int chunk)
    {
        var target = Gpu with { MemoryBytes = (long)(gigabytes * 1e9) };
        var run = Assert.Single(Sample.Plan($"grid: {{n: {n}, d: 655360}}\n{Rules}", target).Runs);
        Assert.InRange(run.Spec.Execution.Chunk, Math.Max(1, chunk - 2), chunk + 2);
        Assert.True(chunk == 1 || run.Memory <= 0.9 * target.MemoryBytes);
    }

    [Theory]
    [InlineData("1B", 80, false)]
    [InlineData("1B", 22, true)]
    public void Activations_are_computed_again_where_not_even_one_sample_fits(string n, double gigabytes, bool recompute)
    {
        var target = Gpu with { MemoryBytes = (long)(gigabytes * 1e9) };
        var run = Assert.Single(Sample.Plan($"grid: {{n: {n}, d: 655360}}\n{Rules}", target).Runs);
        Assert.Equal(recompute, run.Spec.Execution.Recompute);
        Assert.InRange(run.Memory, 0, 0.9 * target.MemoryBytes.Value);
    }

    [Fact]
    public void A_pass_never_holds_more_than_the_batch() =>
        Assert.All(Sample.Plan("grid: {n: 43k, d: 0.5M}\ntrain: {batch: 512, batch_ramp: 0}", Gpu).Runs, r => Assert.Equal(4, r.Spec.Execution.Chunk));

    [Fact]
    public void Where_the_memory_is_not_known_eighty_gigabytes_are_assumed_and_said_so()
    {
        var grid = "grid: {n: 8B, d: 655360}\n" + Rules;
        Assert.Contains("where one has 72 GB (assumed)", Assert.Single(Sample.Plan(grid, new Target { Device = "cuda" }).Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bf16", true, 1)]
    [InlineData("bf16", false, 0)]
    [InlineData("fp32", true, 0)]
    public void Emulated_bf16_is_told(string precision, bool emulates, int notes)
    {
        var plan = Sample.Plan($"grid: {{n: 43k, d: 1M}}\ntrain: {{precision: {precision}}}", new Target { EmulatesBf16 = emulates });
        Assert.Equal(notes, plan.Notes.Count(n => n.Contains("bf16 is emulated", StringComparison.Ordinal)));
    }
}
