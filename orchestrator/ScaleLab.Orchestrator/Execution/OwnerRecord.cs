using System.Globalization;

namespace ScaleLab.Orchestrator.Execution;

/// <summary><c>owner.json</c>: who drives a sweep. Rewritten at every tick with the next sequence number.</summary>
internal sealed record OwnerRecord
{
    public int Format { get; set; } = 1;

    public required string Host { get; init; }

    /// <summary>Changes with every start of the machine, so that a process id cannot be taken for one from before.</summary>
    public required string BootId { get; init; }

    /// <summary>Process ids mean nothing outside their container.</summary>
    public required string PidNamespace { get; init; }

    public required int Pid { get; init; }

    /// <summary>Start of the process in clock ticks since boot: tells a reused process id from the first.</summary>
    public required long Started { get; init; }

    public required string Nonce { get; init; }

    /// <summary>Runs at once, for whoever asks how long it will take.</summary>
    public int Slots { get; init; }

    public long Sequence { get; init; }

    public static OwnerRecord OfThisProcess(int slots) => new()
    {
        Host = Environment.MachineName,
        BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        PidNamespace = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "",
        Pid = Environment.ProcessId,
        Started = StartOf(Environment.ProcessId) ?? 0,
        Nonce = Guid.NewGuid().ToString("N"),
        Slots = slots,
    };

    /// <summary>True where the owner's process can be looked up from here and is gone: no need to wait for a tick.</summary>
    public bool IsGone(OwnerRecord here) =>
        (Host, BootId, PidNamespace) == (here.Host, here.BootId, here.PidNamespace) && StartOf(Pid) != Started;

    // Field 22 of /proc/<pid>/stat (proc(5)); the command name before it may hold spaces and brackets. A zombie is as good as gone.
    private static long? StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
