using System.Diagnostics;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Tests.Devices;

public sealed class MpsDaemonTests : IDisposable
{
    // Whoever fails does so long before.
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-").FullName;

    [Fact]
    public void Without_the_program_workers_take_turns() => Assert.Null(MpsDaemon.TryStart(Path.Combine(_folder, "nvidia-cuda-mps-control"), Ample));

    [Fact]
    public void A_daemon_that_may_not_start_is_gone_and_so_is_its_folder()
    {
        Assert.Null(MpsDaemon.TryStart(Script($"echo \"$CUDA_MPS_PIPE_DIRECTORY\" > {_folder}/pipe; echo 'cannot open /dev/nvidia-uvm' >&2; exit 1"), Ample));
        Assert.False(Directory.Exists(Said("pipe")));
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

    [Fact]
    public void What_a_terminal_sends_to_the_sweep_does_not_reach_its_daemon()
    {
        // Field 6 of /proc/<pid>/stat is the session.
        Assert.Null(MpsDaemon.TryStart(Script($"echo $$ $(cut -d ' ' -f 6 /proc/$$/stat) > {_folder}/session; exit 1"), Ample));
        var (process, session) = Said("session").Split(' ') is [var own, var of] ? (own, of) : default;
        Assert.Equal(process, session);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Said(string file) => File.ReadAllText(Path.Combine(_folder, file)).Trim();

    private string Script(string body) => ShellScript.Write(Path.Combine(_folder, "daemon.sh"), $"#!/bin/sh\n{body}\n");
}
