using System.CommandLine;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Cli.Commands;

/// <summary>The options that say where runs train.</summary>
/// <param name="list">Lists the devices of this machine.</param>
/// <param name="otherwise">What holds where the command line names no device, for the help.</param>
internal sealed class DeviceArguments(DeviceQuery list, string otherwise)
{
    private const int MostLanes = 10_000;
    private const int MostStacked = 64;

    private readonly Option<string?> _devices = new("--devices")
    {
        Description = $"cpu, cuda (every GPU that the runner sees) or a list such as cuda:0,cuda:2; {otherwise}",
        HelpName = "LIST",
    };

    private readonly Option<string> _lanes = new("--lanes", "--slots")
    {
        Description = "Runs at a time on each device; auto is one per core, or on a GPU as many as its memory holds and as make it faster",
        HelpName = "COUNT",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int> _stack = new("--stack")
    {
        Description = "Language models of one shape (seeds, learning rates) that a worker trains in the same passes; their losses are those of lone runs within 1e-4, not to the last bit",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>For the verb that trains.</summary>
    public void AddStackTo(Command command) => command.Add(_stack);

    /// <exception cref="InputException">It is no number of runs.</exception>
    public int Stack(ParseResult parse)
    {
        var count = parse.GetValue(_stack);
        return count is >= 1 and <= MostStacked ? count : throw new InputException($"--stack {count}: expected a number from 1 to {MostStacked}");
    }

    public void AddTo(Command command)
    {
        command.Add(_devices);
        command.Add(_lanes);
    }

    /// <param name="parse">The command line.</param>
    /// <param name="usual">The devices where the command line names none.</param>
    /// <param name="cancellation">Ends the question to the runner.</param>
    /// <exception cref="InputException">A device is not there, or an option is none.</exception>
    public Task<DevicePool> PoolAsync(ParseResult parse, string usual, CancellationToken cancellation) =>
        DevicePool.ChooseAsync(parse.GetValue(_devices) ?? usual, Lanes(parse.GetValue(_lanes)!), list, cancellation);

    /// <summary>What the command line says about devices; null where it says nothing.</summary>
    /// <exception cref="InputException">It counts lanes, which are this machine's, or runs of a stack, which are a worker's.</exception>
    public string? Elsewhere(ParseResult parse) =>
        parse.GetValue(_lanes) != "auto" ? throw new InputException("--lanes divides the devices of this machine; with --executor slurm, --array-parallelism bounds the tasks at a time, and --gres shard:n shares a GPU")
        : parse.GetResult(_stack) is { Implicit: false } ? throw new InputException("--stack belongs to the workers of this machine; with --executor slurm each run trains by itself")
        : parse.GetValue(_devices);

    private static int? Lanes(string lanes) => lanes == "auto" ? null
        : int.TryParse(lanes, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is >= 1 and <= MostLanes ? given
        : throw new InputException($"--lanes {lanes}: expected a number from 1 to {MostLanes}, or auto");
}
