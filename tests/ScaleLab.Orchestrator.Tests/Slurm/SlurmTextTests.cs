using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Orchestrator.Tests.Slurm;

/// <summary>What Slurm's commands print, and what we make of it.</summary>
public sealed class SlurmTextTests
{
    private const string Config =
        """
        Configuration data as of 2026-11-28T13:18:02
        AccountingStorageType   = accounting_storage/none
        MaxArraySize            = 4001
        SLURM_VERSION           = 22.05.8
        """;

    private static readonly SlurmSite Site = SlurmSite.Parse(Config, "main*|up|infinite|gpu:4,shard:16|2|16\nshort|up|10:00|gpu:a100:8(S:0-1)|3|64+\nold|down|1-00:00:00|(null)|1|8\n");

    [Theory]
    [InlineData("90", 90 * 60)]
    [InlineData("1:30", 90)]
    [InlineData("4:00:00", 4 * 3600)]
    [InlineData("2-0", 2 * 24 * 3600)]
    [InlineData("1-12:30", (36 * 3600) + (30 * 60))]
    [InlineData("1-00:00:01", (24 * 3600) + 1)]
    public void Spans_of_time_are_read_as_sbatch_reads_them(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), SlurmTime.Parse(text));

    [Theory]
    [InlineData("infinite")]
    [InlineData("n/a")]
    [InlineData("")]
    [InlineData("1:2:3:4")]
    [InlineData("2147483647-0")] // sbatch itself says that this is too long
    public void What_is_no_span_is_none(string text) => Assert.Null(SlurmTime.Parse(text));

    [Fact]
    public void A_line_of_squeue_is_a_task() => Assert.Equal(
        new QueuedTask("12", 3, "scalelab-x-1f2e3d4c", "PENDING", "n/a", null, "launch failed requeued held"),
        QueuedTask.Parse("12|3|scalelab-x-1f2e3d4c|PENDING|n/a|N/A|launch failed requeued held"));

    [Theory]
    [InlineData("")]
    [InlineData("12|N/A|wrap|RUNNING|n1|2026-11-28T13:18:02|None")]
    [InlineData("slurm_load_jobs error: Invalid job id specified")]
    public void Other_lines_are_none(string line) => Assert.Null(QueuedTask.Parse(line));

    [Theory]
    [InlineData("PENDING", "(launch_failed_requeued_held)", true)]
    [InlineData("PENDING", "launch failed requeued held", true)]
    [InlineData("PENDING", "JobHeldUser", false)]
    [InlineData("RUNNING", "None", false)]
    public void A_task_that_a_node_refused_is_stranded(string state, string reason, bool stranded) => Assert.Equal(stranded, new QueuedTask("1", 0, "", state, "", null, reason).IsStranded);

    [Theory]
    [InlineData(null, "gpu:1", 8)]
    [InlineData(null, "gpu:2", 4)]
    [InlineData(null, "shard:1", 32)]
    [InlineData(null, null, 32)]
    [InlineData("short", "gpu:1", 24)]
    [InlineData("short", null, 192)]
    public void Room_is_what_the_nodes_hold(string? partition, string? gres, int room) => Assert.Equal(room, Site.Room(new SlurmSpec { Partition = partition, Gres = gres }));

    [Theory]
    [InlineData(null, "gpu:2", 2)]
    [InlineData(null, "shard:1", 0.25)]
    [InlineData("short", "gpu:a100:1", 1)]
    [InlineData(null, null, 1)]
    public void A_task_holds_whole_devices_or_a_part_of_one(string? partition, string? gres, double devices) => Assert.Equal(devices, Site.Devices(new SlurmSpec { Partition = partition, Gres = gres }));

    [Theory]
    [InlineData("mein", null, null, "there is no partition 'mein'; did you mean 'main'?; this cluster has main, short, old")]
    [InlineData("old", null, null, "partition old is not up; this cluster has main, short")]
    [InlineData("short", "1:00:00", null, "--time 1:00:00 is more than partition short allows: at most 10:00.")]
    [InlineData("short", null, "shard:1", "no node of partition short has a shard")]
    public void What_can_never_start_is_refused(string partition, string? time, string? gres, string expected)
    {
        var error = Assert.Throws<InputException>(() => Site.Check(new SlurmSpec { Partition = partition, Time = time, Gres = gres }));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_start_is_not() => Site.Check(new SlurmSpec { Partition = "short", Time = "10", Gres = "gpu:a100:2" });

    [Fact]
    public void Limits_of_the_site_are_read() => Assert.Equal(("22.05.8", 4001), (Site.Version, Site.MaxArraySize));

    [Theory]
    [InlineData("sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)", true)]
    [InlineData("sbatch: error: invalid partition specified: nosuch\nallocation failure: Invalid partition name specified", false)]
    public void A_controller_that_is_away_is_no_refusal(string error, bool passing) => Assert.Equal(passing, new ToolAnswer(1, "", error).IsPassing);

    [Fact]
    public void Runs_are_packed_into_tasks_that_last()
    {
        string[][] units = [.. Enumerable.Range(0, 10).Select(i => (string[])[$"r{i}"])];
        Assert.Equal([4, 4, 2], TaskPacking.Pack(units, _ => TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4), room: 1).Select(t => t.Count));

        // Not at the price of idle nodes.
        Assert.Equal([2, 2, 2, 2, 2], TaskPacking.Pack(units, _ => TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4), room: 5).Select(t => t.Count));
        Assert.All(TaskPacking.Pack(units, _ => TimeSpan.FromMinutes(1), TimeSpan.Zero, room: 1), t => Assert.Single(t));
        Assert.Equal([["a", "b", "c"], ["d"]], TaskPacking.Pack([["a", "b", "c"], ["d"]], _ => TimeSpan.FromHours(1), TimeSpan.FromMinutes(4), room: 1));
    }
}
