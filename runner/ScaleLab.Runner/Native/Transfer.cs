using static TorchSharp.torch;

namespace ScaleLab.Runner.Native;

/// <summary>Brings numbers of the host to the device without waiting for what the device does.</summary>
internal static class Transfer
{
    /// <param name="host">On the CPU; may be disposed of at once.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <returns>The tensor itself where it is there already.</returns>
    public static Tensor To(Tensor host, Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU)
        {
            return host;
        }

        // libtorch keeps pinned memory back until the copy from it is done.
        using var pinned = host.pin_memory();
        return empty(host.shape, host.dtype, device).copy_(pinned, true);
    }
}
