using System.Diagnostics;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Tests.Devices;

public sealed class MpsDaemonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-").FullName;

    [Fact]
    public void Without_the_program_workers_take_turns() => Assert.Null(MpsDaemon.TryStart(Path.Combine(_folder, "nvidia-cuda-mps-control")));

    [Fact]
    public void A_daemon_that_may_not_start_is_gone_and_so_is_its_folder()
    {
        Assert.Null(MpsDaemon.TryStart(Script($"echo \"$CUDA_MPS_PIPE_DIRECTORY\" > {_folder}/pipe; echo 'cannot open /dev/nvidia-uvm' >&2; exit 1")));
        Assert.False(Directory.Exists(File.ReadAllText(Path.Combine(_folder, "pipe")).Trim()));
    }

    [Fact]
    public void Workers_find_a_daemon_that_has_started_and_it_ends_with_the_sweep()
    {
        var daemon = MpsDaemon.TryStart(Script("exec sleep 600"));
        Assert.NotNull(daemon);
        var worker = new ProcessStartInfo("worker");
        daemon.Serve(worker);
        var pipe = worker.Environment["CUDA_MPS_PIPE_DIRECTORY"]!;
        Assert.True(Directory.Exists(pipe));
        daemon.Dispose();
        Assert.False(Directory.Exists(pipe));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Script(string body)
    {
        var path = Path.Combine(_folder, "daemon.sh");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        using var chmod = Process.Start("chmod", ["+x", path]);
        chmod.WaitForExit();
        return path;
    }
}
