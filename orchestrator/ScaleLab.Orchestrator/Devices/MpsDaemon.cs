using System.Diagnostics;

namespace ScaleLab.Orchestrator.Devices;

/// <summary>
/// NVIDIA's Multi-Process Service, which lets kernels of several processes run on a GPU at the same time instead of in turns. A daemon of our own where
/// it may start; one that the user runs is left to do its work; where there is neither, workers take turns. Not run on a GPU.
/// </summary>
internal sealed class MpsDaemon : IDisposable
{
    private const string PipeVariable = "CUDA_MPS_PIPE_DIRECTORY";
    private const string LogVariable = "CUDA_MPS_LOG_DIRECTORY";

    // A daemon that may not start says so at once.
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly string _folder;

    private MpsDaemon(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <param name="program">Usually <c>nvidia-cuda-mps-control</c>.</param>
    /// <param name="trial">One that lives so long has started; a second unless given.</param>
    /// <returns>Null where the user has one, or none can be started.</returns>
    public static MpsDaemon? TryStart(string program = "nvidia-cuda-mps-control", TimeSpan? trial = null)
    {
        if (Environment.GetEnvironmentVariable(PipeVariable) is { Length: > 0 } || Directory.Exists("/tmp/nvidia-mps"))
        {
            return null;
        }

        // Its sockets want a short path.
        var folder = Directory.CreateTempSubdirectory("scalelab-mps-").FullName;
        try
        {
            // In a session of its own (setsid(1)): Ctrl-C asks for checkpoints, and workers need their daemon to write them.
            var start = new ProcessStartInfo("setsid", [program, "-f"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            Show(start, folder);

            // It serves every GPU; workers name theirs as the driver numbers them all.
            start.Environment.Remove("CUDA_VISIBLE_DEVICES");
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(trial ?? Trial))
            {
                return new MpsDaemon(process, folder);
            }

            process.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not even setsid is here.
        }

        Delete(folder);
        return null;
    }

    /// <summary>Lets a worker compute through it.</summary>
    public void Serve(ProcessStartInfo worker) => Show(worker, _folder);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        Delete(_folder);
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A server of the daemon may still be writing its last words there.
        }
    }

    private static void Show(ProcessStartInfo start, string folder) => (start.Environment[PipeVariable], start.Environment[LogVariable]) = (folder, folder);
}
