using System.CommandLine;
using ScaleLab.Cli.Output;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Commands;

/// <summary>The options that say what a sweep may cost: they come before <c>budget</c> in its spec.</summary>
internal sealed class BudgetArguments
{
    private readonly Option<double?> _flops = Numbers.Option("--flops", "Model FLOPs of all runs together; the sweep's budget unless given");
    private readonly Option<double?> _hours = Numbers.Option("--hours", "Device hours of all runs together (GPU-hours), estimated");
    private readonly Option<double?> _wallHours = Numbers.Option("--wall-hours", "Hours from start to end on these devices and lanes, estimated");

    public void AddTo(Command command)
    {
        command.Add(_flops);
        command.Add(_hours);
        command.Add(_wallHours);
    }

    public SweepFile Apply(ParseResult parse, SweepFile sweep)
    {
        var written = sweep.Spec.Budget;
        return sweep.With(sweep.Spec with
        {
            Budget = new BudgetSpec
            {
                Flops = parse.GetValue(_flops) ?? written.Flops,
                Hours = parse.GetValue(_hours) ?? written.Hours,
                WallHours = parse.GetValue(_wallHours) ?? written.WallHours,
            },
        });
    }
}
