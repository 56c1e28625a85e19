using System.CommandLine;
using System.Text.Json;
using ScaleLab.Cli.Commands;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class PlanCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_table_of_a_small_sweep_is_golden()
    {
        using var text = new StringWriter { NewLine = "\n" };
        PlanText.Write(text, PlanReport.Of(Sample.Plan("grid: {n: [15k, 43k], d: [0.5M, 1M, 4M]}"), slots: 2));
        PlanText.Write(text, PlanReport.Of(Sample.Plan("grid: {n: 15k, d: [1M, 20M, 20_000_100]}\ntrain: {schedule: cosine, batch_ramp: 0}"), slots: 1));
        Golden.Check("plan.txt", text.ToString());
    }

    [Fact]
    public async Task A_plan_as_json_has_a_row_for_each_run_and_the_totals()
    {
        using var output = new StringWriter();
        var root = new RootCommand { new PlanCommand(output, (_, _) => Task.FromResult(Sample.Corpus), NoGpu) };
        var spec = Write(Sample.Head + "grid: {n: 43k, d: [1M, 2M]}");
        Assert.Equal(0, await root.Parse(["plan", spec, "--json", "--slots", "3"]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));

        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal(4, json.RootElement.GetProperty("runs").GetArrayLength());
        Assert.Equal(2, json.RootElement.GetProperty("total").GetProperty("points").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("total").GetProperty("slots").GetInt32());
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("name: a\nmodle: lm", ":2:1: unknown key 'modle'; did you mean 'model'?")]
    [InlineData("name: a\nname: b", ":2:1: 'name' stands here twice; first in line 1")]
    [InlineData("name: [a", ":2:1: While parsing a flow sequence, did not find expected ',' or ']'")]
    [InlineData(Sample.Head + "grid: {n: [43k], d: [1M]}\ntrain: {warmup_share: 0.1}", ":5:23: 'warmup_share' depends on the final D, but under wsd one trunk serves every D and cannot know it; write 'warmup' in tokens, or 'schedule: cosine'")]
    public async Task A_wrong_spec_is_one_line_and_exit_code_two(string text, string message)
    {
        var spec = Write(text);
        Assert.Equal((ExitCode.Usage, $"error: {spec}{message}\n"), await RunAsync("plan", spec));
    }

    [Fact]
    public async Task So_is_a_file_that_is_not_there_and_a_folder() =>
        Assert.Equal(
            ((ExitCode.Usage, $"error: {_folder}/none.yaml: no such file\n"), (ExitCode.Usage, $"error: {_folder}: is a folder\n")),
            (await RunAsync("plan", $"{_folder}/none.yaml"), await RunAsync("plan", _folder)));

    [Fact]
    public async Task So_is_a_file_too_large_and_one_that_is_no_text()
    {
        var large = Write(new string('#', (1 << 20) + 1));
        Assert.Equal((ExitCode.Usage, $"error: {large}: 1048577 bytes; a sweep holds at most 1048576\n"), await RunAsync("plan", large));
        await File.WriteAllBytesAsync(large, [0xC3, 0x28], TestContext.Current.CancellationToken);
        Assert.Equal((ExitCode.Usage, $"error: {large}: is not UTF-8 text\n"), await RunAsync("plan", large));
    }

    [Fact]
    public async Task So_are_two_hundred_thousand_brackets()
    {
        var (code, error) = await RunAsync("plan", Write(new string('[', 200_000)));
        Assert.Equal(ExitCode.Usage, code);
        Assert.EndsWith(":1:17: nested deeper than 16 levels\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--slots", "0", "error: --lanes 0: expected a number from 1 to 10000, or auto\n")]
    [InlineData("--lanes", "two", "error: --lanes two: expected a number from 1 to 10000, or auto\n")]
    [InlineData("--devices", "gpu", "error: --devices gpu: expected cpu, cuda, or a list such as cuda:0,cuda:2\n")]
    public async Task So_is_an_option_out_of_range(string option, string value, string message) =>
        Assert.Equal((ExitCode.Usage, message), await RunAsync("plan", Write(Sample.Head + "grid: {n: 43k, d: 1M}"), option, value));

    [Theory]
    [InlineData("plan")]
    [InlineData("run")]
    public async Task Cuda_where_there_is_none_is_refused_before_anything_is_prepared_or_written(string verb)
    {
        var spec = Write(Sample.Head + "grid: {n: 43k, d: 1M}");
        Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare = (_, _) => throw new InvalidOperationException("nothing should be prepared");
        var root = new RootCommand { new PlanCommand(TextWriter.Null, prepare, NoGpu), new RunCommand(TextWriter.Null, TextWriter.Null, prepare, NoGpu) };
        string[] args = [verb, spec, "--devices", "cuda"];
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        var error = await Assert.ThrowsAsync<InputException>(() => root.Parse(verb == "run" ? [.. args, "--out", $"{_folder}/out"] : args).InvokeAsync(configuration, TestContext.Current.CancellationToken));
        Assert.StartsWith("--devices cuda: the runner sees no GPU; build with -p:TorchBackend=cuda, or set SCALELAB_LIBTORCH", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_plan_for_gpus_has_a_slot_for_each_and_says_that_its_time_is_unmeasured()
    {
        using var output = new StringWriter();
        DeviceQuery two = _ => Task.FromResult<IReadOnlyList<DeviceInfo>>([new() { Device = "cuda:0" }, new() { Device = "cuda:1" }]);
        var root = new RootCommand { new PlanCommand(output, (_, _) => Task.FromResult(Sample.Corpus), two) };
        Assert.Equal(0, await root.Parse(["plan", Write(Sample.Head + "grid: {n: 43k, d: 1M}"), "--devices", "cuda"]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains(" on 2 slots, ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("time and memory unmeasured on cuda", output.ToString(), StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<DeviceInfo>> NoGpu(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DeviceInfo>>([new() { Device = "cpu" }]);

    private string Write(string text)
    {
        var file = Path.Combine(_folder, "sweep.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(args, output, error);
        Assert.Empty(output.ToString());
        return (code, error.ToString());
    }
}
