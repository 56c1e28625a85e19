using System.Text;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Stops a driver from another shell, or another host: a file with its nonce, which it looks for at every tick.</summary>
internal static class CancelRequest
{
    /// <summary>Asks the driver to stop, and waits until it has left the folder or died.</summary>
    /// <returns>The driver that is gone now; null where there was none.</returns>
    public static async Task<OwnerRecord?> SendAsync(SweepFolder folder, OwnerRecord here, TimeProvider time, CancellationToken cancellation)
    {
        if (Ownership.Read(folder) is not { } owner || owner.IsGone(here))
        {
            return null;
        }

        SweepFolder.Replace(folder.CancelFile, Encoding.UTF8.GetBytes(owner.Nonce));
        await Ownership.IsDeadAsync(folder, here, time, patiently: true, cancellation);
        return owner;
    }
}
