using ScaleLab.Contracts;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Devices;

/// <summary>The devices that a sweep may use.</summary>
/// <param name="Devices">All of one kind; the CPU, with all its cores, is one device.</param>
/// <param name="Lanes">Workers on each, at a time.</param>
internal sealed record DevicePool(IReadOnlyList<DeviceInfo> Devices, int Lanes)
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    public string Kind => Devices[0].Kind;

    public int Slots => Devices.Count * Lanes;

    /// <summary>Runs at a time that a plan counts on: of lanes that are yet to be found, none but the first.</summary>
    public int PlannedSlots => IsPacked ? Devices.Count : Slots;

    /// <summary>The number of lanes is found while the sweep runs; <see cref="Lanes"/> is then the most that are tried.</summary>
    public bool IsPacked { get; init; }

    /// <summary>Runs of one shape that a worker may train in the same passes; 1 for no such thing.</summary>
    public int Stack { get; init; } = 1;

    /// <summary>What times that were measured here hold for: so many lanes; 0 where they are found.</summary>
    public int SharedBy => IsPacked ? 0 : Lanes;

    /// <summary>Bytes that one worker may count on; null where they are not known.</summary>
    public long? LaneMemory => Devices.Min(d => d.MemoryBytes) / (IsPacked ? 1 : Lanes);

    /// <summary>The device of worker k = 1 … <see cref="Slots"/>. Early workers spread out.</summary>
    public DeviceInfo OfWorker(int k) => Devices[(k - 1) % Devices.Count];

    /// <param name="wanted"><c>cpu</c>, <c>cuda</c>, or a list such as <c>cuda:0,cuda:2</c>.</param>
    /// <param name="lanes">Workers on each device; null for one per core, or on a GPU as many as are found to pay.</param>
    /// <param name="list">What the runner sees; asked for GPUs only.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <exception cref="InputException">A device is not there, or the list is none.</exception>
    public static async Task<DevicePool> ChooseAsync(string wanted, int? lanes, DeviceQuery list, CancellationToken cancellation)
    {
        if (wanted == Cpu)
        {
            return new DevicePool([new DeviceInfo { Device = Cpu }], lanes ?? Environment.ProcessorCount);
        }

        var names = wanted.Split(',');
        if (wanted != Cuda && !names.All(IsGpu))
        {
            throw new InputException($"--devices {wanted}: expected cpu, cuda, or a list such as cuda:0,cuda:2");
        }

        if (names.Distinct().Count() < names.Length)
        {
            throw new InputException($"--devices {wanted}: a device stands here twice");
        }

        var there = (await list(cancellation)).Where(d => d.Kind == Cuda).ToList();
        if (there.Count == 0)
        {
            throw new InputException($"--devices {wanted}: the runner sees no GPU; build with -p:TorchBackend=cuda, or set SCALELAB_LIBTORCH to the torch/lib folder of a PyTorch with CUDA, and see that nvidia-smi lists a device");
        }

        IReadOnlyList<DeviceInfo> chosen = wanted == Cuda
            ? there
            : [.. names.Select(n => there.Find(d => d.Device == n) ?? throw new InputException($"--devices {wanted}: there is no {n}; the runner sees {string.Join(", ", there.Select(d => d.Device))}"))];
        return new DevicePool(chosen, lanes ?? Packing.MostLanes) { IsPacked = lanes is null };
    }

    private static bool IsGpu(string name) =>
        name.StartsWith("cuda:", StringComparison.Ordinal) && name.Length is > 5 and < 9 && name.AsSpan(5).IndexOfAnyExceptInRange('0', '9') < 0;
}

/// <summary>Asks which devices there are.</summary>
internal delegate Task<IReadOnlyList<DeviceInfo>> DeviceQuery(CancellationToken cancellation);
