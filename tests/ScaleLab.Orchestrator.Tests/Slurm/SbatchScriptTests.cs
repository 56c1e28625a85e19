using System.Diagnostics;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Slurm;

public sealed class SbatchScriptTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scale lab's ").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_task_on_a_gpu() => Golden.Check("sbatch/gpu.sh", Script(new SlurmSpec { Partition = "gpu", Account = "scaling", Time = "4:00:00", Gres = "gpu:1" }).ToString());

    [Fact]
    public void Tasks_that_share_gpus() => Golden.Check("sbatch/shard.sh", (Script(new SlurmSpec { Gres = "shard:2", Time = "5" }, tasks: 24) with { Recompute = true }).ToString());

    [Fact]
    public void An_array_with_a_throttle_on_cpus() => Golden.Check("sbatch/array.sh", (Script(new SlurmSpec { ArrayParallelism = 8 }, tasks: 100) with { MemoryBytes = 400_000_000 }).ToString());

    [Fact]
    public void Further_options() => Golden.Check("sbatch/extra.sh", Script(new SlurmSpec { Gres = "gpu:a100:1", Extra = ["--constraint=nvlink", "--qos=high", "--mem=16G"] }).ToString());

    [Fact]
    public void A_throttle_that_never_binds_is_left_out() => Assert.Contains("--array=0-7\n", Script(new SlurmSpec { ArrayParallelism = 8 }, tasks: 8).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(75, "75")]
    public void The_runner_gets_its_runs_and_its_end_is_written_down(int code, string written)
    {
        var folder = Folder($"echo \"$@\" > '{Escaped("said")}'; exit {code}");
        Assert.Equal(code, Run(folder));
        Assert.Equal("run runs/second-a runs/second-b", File.ReadAllText(Path.Combine(_root, "said")).Trim());
        Assert.Equal(written, File.ReadAllText(Path.Combine(folder, "slurm", "job", "1.exit")).Trim());
    }

    [Theory]
    [InlineData("RUNNING", false, true)]
    [InlineData("COMPLETING", false, false)] // scancel
    [InlineData("RUNNING", true, false)] // scalelab cancel
    public void A_task_that_saved_goes_back_into_the_queue_unless_it_was_cancelled(string state, bool cancelled, bool requeued)
    {
        var folder = Folder("exit 75", state);
        if (cancelled)
        {
            File.WriteAllText(Path.Combine(folder, "slurm", "job", "cancelled"), "");
        }

        Assert.Equal(requeued ? 0 : 75, Run(folder));
        Assert.Equal(requeued, File.Exists(Path.Combine(_root, "requeued")));
        Assert.Equal(!requeued, File.Exists(Path.Combine(folder, "slurm", "job", "1.exit")));
    }

    [Fact]
    public void A_folder_that_no_script_can_name_is_an_error() =>
        Assert.Throws<InputException>(() => (Script(new SlurmSpec()) with { Folder = "/out/a\nb" }).ToString());

    [Theory]
    [InlineData("--array=0-3", false)]
    [InlineData("--arr=0-3", false)]
    [InlineData("--wrap=true", false)]
    [InlineData("--no-requeue", false)]
    [InlineData("--qos=high\n#SBATCH --array=0-3", false)]
    [InlineData("--qos=high", true)]
    [InlineData("--nodelist=n1", true)]
    [InlineData("--ntasks-per-node=1", true)]
    public void Options_that_the_protocol_hangs_on_are_ours_abbreviated_too(string extra, bool free) => Assert.Equal(free, SbatchScript.Problem(extra) is null);

    private static SbatchScript Script(SlurmSpec options, int tasks = 1) => new()
    {
        Name = "scalelab-sample-1f2e3d4c",
        Folder = "/shared/out/sample",
        Submission = "slurm/1f2e3d4c",
        Tasks = tasks,
        Options = options,
        Runner = "/shared/scalelab/scalelab-runner",
        Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1", ["SCALELAB_DATA"] = "/shared/user's data" },
    };

    // A sweep's folder whose path is no word of a shell, with a runner and Slurm's commands beside it.
    private string Folder(string runner, string state = "COMPLETING")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "out")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "slurm", "job"));
        File.WriteAllText(Path.Combine(folder, "slurm", "job", "tasks"), "first\nsecond-a second-b\n");
        Tool("scalelab-runner", runner);
        Tool("squeue", $"echo {state}");
        Tool("scontrol", $"[ \"$1 $2\" = 'requeue 12_1' ] && touch '{Escaped("requeued")}'");
        return folder;
    }

    private void Tool(string name, string text) => ShellScript.Write(Path.Combine(_root, name), $"#!/bin/bash\n{text}\n");

    private string Escaped(string name) => Path.Combine(_root, name).Replace("'", "'\\''", StringComparison.Ordinal);

    private int Run(string folder)
    {
        var file = Path.Combine(_root, "job.sh");
        File.WriteAllText(file, (Script(new SlurmSpec()) with { Folder = folder, Submission = "slurm/job", Runner = Path.Combine(_root, "scalelab-runner") }).ToString());
        var start = new ProcessStartInfo("bash", [file]);
        start.Environment["PATH"] = $"{_root}:{Environment.GetEnvironmentVariable("PATH")}";
        (start.Environment["SLURM_ARRAY_JOB_ID"], start.Environment["SLURM_ARRAY_TASK_ID"]) = ("12", "1");
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
