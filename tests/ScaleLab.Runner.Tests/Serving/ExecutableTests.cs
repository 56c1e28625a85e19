using System.Diagnostics;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Tests.Training;

namespace ScaleLab.Runner.Tests.Serving;

/// <summary>The real executable, started as an orchestrator would.</summary>
public sealed class ExecutableTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task What_native_code_prints_does_not_reach_the_protocol()
    {
        // oneDNN and MKL tell every call on standard output when asked to.
        var run = _runs.Create("run", _runs.Training(2), execution: new ExecutionSpec { Chunk = 4, Math = MathPath.Fast });
        using var process = Start(["serve"], ("ONEDNN_VERBOSE", "1"), ("MKL_VERBOSE", "1"), ("SCALELAB_DATA", _runs.Store.Root));
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.StandardInput.WriteLine(JsonSerializer.Serialize(new WorkerCommand { Run = run.Path }, ContractJson.Line.WorkerCommand));
        var kinds = new List<WorkerEventKind>();
        while (kinds is not [.., WorkerEventKind.Finished or WorkerEventKind.Failed])
        {
            kinds.Add(JsonSerializer.Deserialize(process.StandardOutput.ReadLine()!, ContractJson.Line.WorkerEvent)!.Kind);
        }

        process.StandardInput.Close();
        Assert.Equal("", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal([WorkerEventKind.Ready, WorkerEventKind.Finished], kinds.Where(k => k is not (WorkerEventKind.Progress or WorkerEventKind.Alive)));
        Assert.Contains("VERBOSE", await error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Runs_are_trained_from_their_folders_alone()
    {
        var (good, bad) = (_runs.Create("good", _runs.Training(2)), _runs.Create("bad", _runs.Training(2) with { Corpus = new string('a', 64) }));
        var (exit, output, error) = Run(["run", bad.Path, good.Path], ("SCALELAB_DATA", _runs.Store.Root));
        Assert.Equal((1, $"{good.Path}: Ok\n"), (exit, output));
        Assert.StartsWith($"error: {bad.Path}: {_runs.Store.Root} holds no corpus", error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Ok, good.ReadResult()!.Status);
        Assert.Equal(FailureClass.Permanent, bad.Attempt(1).ReadFailure()!.Class);
    }

    [Fact]
    public void A_folder_without_libtorch_is_one_line_and_exit_code_2()
    {
        var empty = _runs.Store.Root;
        var (exit, output, error) = Run(["serve"], ("SCALELAB_LIBTORCH", empty));
        Assert.Equal((2, "", $"error: SCALELAB_LIBTORCH names '{empty}', which holds no libtorch_cpu.so\n"), (exit, output, error));
    }

    [Fact]
    public void A_libtorch_that_is_no_library_is_one_line_and_exit_code_2()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_runs.Store.Root, "fake"));
        File.WriteAllText(Path.Combine(folder.FullName, "libtorch_cpu.so"), "not a library");
        var (exit, output, error) = Run(["run", "x"], ("SCALELAB_LIBTORCH", folder.FullName));
        Assert.Equal((2, ""), (exit, output));
        Assert.Matches("^error: cannot load .*libtorch_cpu.so: [^\n]*\n$", error);
    }

    [Theory]
    [InlineData("walk")]
    [InlineData("run")]
    [InlineData]
    public void A_wrong_command_line_is_answered_with_the_usage(params string[] arguments)
    {
        var (exit, output, error) = Run(arguments);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("usage: scalelab-runner", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static (int Exit, string Output, string Error) Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "scalelab-runner"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
