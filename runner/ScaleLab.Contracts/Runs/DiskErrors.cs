namespace ScaleLab.Contracts.Runs;

/// <summary>Tells a full disk from other errors of input and output.</summary>
public static class DiskErrors
{
    // .NET passes errno on as the HResult.
    private const int NoSpace = 28; // ENOSPC
    private const int NoQuota = 122; // EDQUOT

    public static bool IsFull(IOException e) => e.HResult is NoSpace or NoQuota;
}
