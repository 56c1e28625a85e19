using System.CommandLine;
using System.Text.Json;
using ScaleLab.Analysis.Fonts;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator;
using ScaleLab.Orchestrator.Doctor;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Commands;

/// <summary>Says what this machine can do, and how to repair what it cannot.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Option<string> _device = new("--device") { Description = "cpu or cuda (cuda:1, …)", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };
    private readonly Option<string> _executor = new("--executor") { Description = "slurm checks a cluster too, and asks one of its nodes what it sees", DefaultValueFactory = _ => "local" };
    private readonly SlurmArguments _slurm = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON" };

    public DoctorCommand(TextWriter output)
        : base("doctor", "Check this machine: back end, devices, memory, folders, fonts.")
    {
        Add(_device);
        Add(_json);
        Add(_executor.AcceptOnlyFromAmong("local", "slurm"));
        _slurm.AddTo(this);
        SetAction((parse, cancellation) => RunAsync(parse, output, cancellation));
    }

    public override IReadOnlyList<string> Examples => ["scalelab doctor", "scalelab doctor --device cuda --json", "scalelab doctor --executor slurm --partition gpu"];

    private async Task<int> RunAsync(ParseResult parse, TextWriter output, CancellationToken cancellation)
    {
        var device = parse.GetRequiredValue(_device);
        if (device is not ("cpu" or "cuda") && !(device.StartsWith("cuda:", StringComparison.Ordinal) && byte.TryParse(device["cuda:".Length..], out _)))
        {
            throw new InputException($"--device {device}: expected cpu, cuda or cuda:NUMBER");
        }

        var planned = device == "cpu" ? CpuMath.Best() : MathPath.Exact;
        var (runner, found) = await RunnerProbe.AskAsync(device, planned, cancellation);
        var report = new DoctorReport(
            [
                .. MachineChecks.All(CorpusStore.Default.Root),
                found,
                .. runner is null ? [] : RunnerChecks.All(runner, device, planned, File.Exists("/proc/driver/nvidia/version")),
                Fonts(),
                .. await SlurmAsync(parse, cancellation),
            ],
            runner);
        if (parse.GetValue(_json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, OrchestratorJson.Default.DoctorReport));
        }
        else
        {
            DoctorText.Write(output, report);
        }

        return report.Ok ? ExitCode.Done : ExitCode.Unexpected;
    }

    private async Task<IReadOnlyList<Check>> SlurmAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (parse.GetValue(_executor) == "slurm")
        {
            return await new SlurmChecks(SlurmTool.RunAsync, _slurm.Apply(parse, new SlurmSpec())).AllAsync(Environment.CurrentDirectory, cancellation);
        }

        _slurm.RefuseIn(parse);
        return SlurmJobs.IsHere() ? [new Check("slurm", CheckOutcome.Ok, "is here; --executor slurm checks it")] : [];
    }

    private static Check Fonts()
    {
        try
        {
            FigureFont.Use();
            return new Check("fonts", CheckOutcome.Ok, $"figures carry their own ({FigureFont.Family})");
        }
        catch (Exception e) when (e is InvalidOperationException or TypeInitializationException or DllNotFoundException)
        {
            return new Check("fonts", CheckOutcome.Fail, e.Message, "libSkiaSharp.so does not load: restore and build again");
        }
    }
}
