using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class JsonLinesLogTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Of_two_drivers_each_writes_behind_the_other()
    {
        using var slow = new JsonLinesLog(new SweepFolder(_root), TimeProvider.System);
        using var other = new JsonLinesLog(new SweepFolder(_root), TimeProvider.System);
        slow.CreateLogger("").RunStopped("k", "first");
        other.CreateLogger("").RunStopped("k", "second, and a longer line than the one before it");
        slow.CreateLogger("").RunStopped("k", "third");
        Assert.Equal(["first", "second, and a longer line than the one before it", "third"], Reasons());
    }

    [Fact]
    public void A_driver_that_has_lost_the_folder_writes_nothing()
    {
        var folder = new SweepFolder(_root);
        using var log = new JsonLinesLog(folder, TimeProvider.System);
        log.CreateLogger("").RunStopped("k", "mine");
        folder.IsLost = true;
        log.CreateLogger("").RunStopped("k", "no longer");
        UsageFile.Append(folder, new UsageRow { RunKey = "k", Device = "cpu", Seconds = 1, DeviceSeconds = 1 });
        Assert.Equal(["mine"], Reasons());
        Assert.False(File.Exists(folder.UsageFile));
    }

    private List<string?> Reasons() =>
        [.. File.ReadAllLines(Path.Combine(_root, "log.jsonl")).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("reason").GetString())];
}
