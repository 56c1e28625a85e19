using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What follows on a failed attempt, class by class. The counts are those of one session: to run a sweep again is to ask again.</summary>
/// <param name="Retries">Further attempts after failures of this class.</param>
/// <param name="Seconds">Pause before the first of them; it doubles with each.</param>
/// <param name="Retry">Where and how.</param>
/// <param name="BlamesDevice">Several runs in a row that fail so on one device put the device in quarantine.</param>
internal sealed record FailurePolicy(int Retries, double Seconds, Retry Retry = Retry.Anywhere, bool BlamesDevice = false)
{
    /// <summary>Equal failures after which a device, or a configuration, is taken to be the cause.</summary>
    public const int Quarantine = 3;

    private const int Endless = int.MaxValue;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<FailureClass, FailurePolicy> Table = new()
    {
        [FailureClass.Interrupted] = new(Retries: 20, Seconds: 1),
        [FailureClass.Preempted] = new(Retries: 20, Seconds: 10),
        [FailureClass.Lost] = new(Retries: 3, Seconds: 1, Retry.Elsewhere, BlamesDevice: true),
        [FailureClass.NodeLost] = new(Retries: 10, Seconds: 10, Retry.Elsewhere),
        [FailureClass.HostOutOfMemory] = new(Retries: 3, Seconds: 1, Retry.ThenAlone),
        [FailureClass.DeviceOutOfMemory] = new(Retries: 2, Seconds: 1, Retry.InLessMemory, BlamesDevice: true),
        [FailureClass.NativeAbort] = new(Retries: 1, Seconds: 1, Retry.Elsewhere, BlamesDevice: true),
        [FailureClass.DiskFull] = new(Retries: Endless, Seconds: 0, Retry.WhenThereIsRoom),
        [FailureClass.Permanent] = new(Retries: 0, Seconds: 0),
    };

    public static FailurePolicy Of(FailureClass failure) => Table[failure];

    /// <param name="retry">1 for the first.</param>
    public TimeSpan Pause(int retry)
    {
        var seconds = Seconds * Math.Pow(2, retry - 1);
        return seconds < LongestPause.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestPause;
    }
}

internal enum Retry
{
    Anywhere,

    /// <summary>On another device, where there is one.</summary>
    Elsewhere,

    /// <summary>Once anywhere; after that with no other run beside it, once the others are through.</summary>
    ThenAlone,

    /// <summary>With activations recomputed, and so does every run as large on such a device; if that is not enough, alone.</summary>
    InLessMemory,

    /// <summary>The whole queue waits.</summary>
    WhenThereIsRoom,
}
