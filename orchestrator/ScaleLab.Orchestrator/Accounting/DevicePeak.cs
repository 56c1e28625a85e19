using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Accounting;

/// <summary>
/// The dense peaks of GPUs in FLOPs per second, from NVIDIA's data sheets (where those count structured sparsity, half of what they say) and, for
/// GeForce, the appendices of the architecture white papers, at float32 accumulation. What a card reaches depends on its power and clocks.
/// </summary>
/// <param name="Words">All of them stand in the name that the driver gives.</param>
/// <param name="Fp32">Float32 without tensor cores, in 10¹² per second.</param>
/// <param name="Tf32">TensorFloat-32; null where there is none.</param>
/// <param name="Bf16">Bfloat16; null where there is none.</param>
internal sealed record DevicePeak(string[] Words, double Fp32, double? Tf32, double? Bf16)
{
    // The first that fits: variants stand before what they are variants of.
    private static readonly DevicePeak[] Table =
    [
        new(["GB200"], 80, 1250, 2500),
        new(["B200"], 75, 1125, 2250),
        new(["GH200"], 67, 494.7, 989.4),
        new(["H200", "NVL"], 60, 417.5, 835.5),
        new(["H200"], 67, 494.7, 989.4),
        new(["H100", "NVL"], 60, 417.5, 835.5),
        new(["H100", "PCIe"], 51.2, 378, 756),
        new(["H100"], 67, 494.7, 989.4),
        new(["H800", "PCIe"], 51.2, 378, 756),
        new(["H800"], 67, 494.7, 989.4),
        new(["H20"], 44, 74, 148),
        new(["A100"], 19.5, 156, 312),
        new(["A800"], 19.5, 156, 312),
        new(["A30"], 10.3, 82, 165),
        new(["A40"], 37.4, 74.8, 149.7),
        new(["A10G"], 31.2, 62.5, 125),
        new(["A10"], 31.2, 62.5, 125),
        new(["RTX", "A6000"], 38.7, 77.4, 154.8),
        new(["L40S"], 91.6, 183, 362),
        new(["L40"], 90.5, 90.5, 181),
        new(["L4"], 30.3, 60, 121),
        new(["RTX", "6000", "Ada"], 91.1, 182.1, 364.2),
        new(["RTX", "5090"], 104.8, 104.8, 209.5),
        new(["RTX", "4090"], 82.6, 82.6, 165.2),
        new(["RTX", "4080"], 48.7, 48.7, 97.5),
        new(["RTX", "3090"], 35.6, 35.6, 71),
        new(["V100S"], 16.4, null, null),
        new(["V100", "PCIE"], 14, null, null),
        new(["V100"], 15.7, null, null),
    ];

    /// <param name="name">As the driver gives it: <c>NVIDIA H100 80GB HBM3</c>.</param>
    /// <returns>Null for a name that is not in the table.</returns>
    public static DevicePeak? Of(string name)
    {
        var words = name.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(Table, p => p.Words.All(w => words.Contains(w, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>The rate that a run's products are held against; null where the device has no instruction for them.</summary>
    /// <param name="precision">Of the products.</param>
    /// <param name="math">On a GPU, <see cref="MathPath.Fast"/> is TensorFloat-32.</param>
    public double? FlopsPerSecond(Precision precision, MathPath math) => 1e12 * (precision == Precision.Bf16 ? Bf16 : math == MathPath.Fast ? Tf32 : Fp32);
}
