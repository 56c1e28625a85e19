using System.Runtime.InteropServices;
using ScaleLab.Orchestrator.Doctor;

namespace ScaleLab.Orchestrator.Tests.Doctor;

public sealed class MachineChecksTests
{
    private const string Meminfo = "MemTotal:        8388608 kB\nMemFree:          100000 kB\nMemAvailable:    4194304 kB\n";

    [Theory]
    [InlineData("max", "1073741824", 2, "4.0 of 8.0 GiB free", CheckOutcome.Ok)]
    [InlineData("", "", 2, "4.0 of 8.0 GiB free", CheckOutcome.Ok)]
    [InlineData("", "", 9, "4.0 of 8.0 GiB free", CheckOutcome.Warn)]
    [InlineData("2147483648", "1073741824", 2, "1.0 of 2.0 GiB free", CheckOutcome.Ok)]
    [InlineData("2147483648", "1610612736", 2, "0.5 of 2.0 GiB free", CheckOutcome.Warn)]
    [InlineData("2147483648", "3221225472", 1, "0.0 of 2.0 GiB free", CheckOutcome.Warn)]
    internal void Memory_is_that_of_the_machine_or_of_its_container(string limit, string used, int workers, string finding, CheckOutcome outcome)
    {
        var check = MachineChecks.Memory(Meminfo, limit, used, workers);
        Assert.Equal((finding, outcome), (check.Finding, check.Outcome));
        Assert.Equal(outcome == CheckOutcome.Ok, check.Remedy is null);
    }

    [Theory]
    [InlineData(true, Architecture.X64, CheckOutcome.Ok)]
    [InlineData(true, Architecture.Arm64, CheckOutcome.Fail)]
    [InlineData(false, Architecture.X64, CheckOutcome.Fail)]
    internal void Only_x64_linux_will_do(bool linux, Architecture architecture, CheckOutcome outcome) =>
        Assert.Equal(outcome, MachineChecks.Platform(linux, architecture).Outcome);

    [Fact]
    public void A_folder_that_cannot_be_written_fails_with_its_remedy()
    {
        var file = Path.GetTempFileName();
        var check = MachineChecks.Folder("data", Path.Combine(file, "below"), "set SCALELAB_DATA");
        File.Delete(file);
        Assert.Equal((CheckOutcome.Fail, "set SCALELAB_DATA"), (check.Outcome, check.Remedy));
    }

    [Fact]
    public void A_folder_is_left_as_it_was()
    {
        var folder = Directory.CreateTempSubdirectory();
        Assert.NotEqual(CheckOutcome.Fail, MachineChecks.Folder("data", folder.FullName, "").Outcome);
        Assert.Empty(folder.EnumerateFileSystemInfos());
        folder.Delete();
    }
}
