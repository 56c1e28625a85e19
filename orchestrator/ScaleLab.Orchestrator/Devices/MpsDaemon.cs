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

    // Time in which a daemon that may not start says so.
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly string _folder;

    private MpsDaemon(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <param name="program">Usually <c>nvidia-cuda-mps-control</c>.</param>
    /// <returns>Null where the user has one, or none can be started.</returns>
    public static MpsDaemon? TryStart(string program = "nvidia-cuda-mps-control")
    {
        if (Environment.GetEnvironmentVariable(PipeVariable) is { Length: > 0 } || Directory.Exists("/tmp/nvidia-mps"))
        {
            return null;
        }

        // Its sockets want a short path.
        var folder = Directory.CreateTempSubdirectory("scalelab-mps-").FullName;
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-f");
            Show(start, folder);

            // It serves every GPU; workers name theirs as the driver numbers them all.
            start.Environment.Remove("CUDA_VISIBLE_DEVICES");
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(Trial))
            {
                return new MpsDaemon(process, folder);
            }

            process.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No such program: a machine without the driver's tools.
        }

        Directory.Delete(folder, recursive: true);
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
        Directory.Delete(_folder, recursive: true);
    }

    private static void Show(ProcessStartInfo start, string folder) => (start.Environment[PipeVariable], start.Environment[LogVariable]) = (folder, folder);
}
