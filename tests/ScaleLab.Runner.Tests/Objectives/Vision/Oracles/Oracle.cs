using System.Text.Json;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

/// <summary>Values that others computed from the papers' formulas in float64; they are not part of this repository, and tests that need them are skipped without.</summary>
internal static class Oracle
{
    public static JsonElement Read(string method) => Reference.Oracle(method);

    /// <summary>S(shape, a, b, c)[i] = c·sin(a·i + 0.05·i² + b) in float64, then cast: the rule by which every input was made.</summary>
    public static Tensor S(ScalarType type, long[] shape, double a, double b, double c = 1)
    {
        var values = new double[shape.Aggregate(1L, (product, n) => product * n)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = c * Math.Sin((a * i) + (0.05 * i * i) + b);
        }

        return tensor(values, shape).to(type);
    }

    public static Tensor Leaf(this Tensor input) => input.requires_grad_(true);

    /// <summary>To 1e-9 in float64, 2e-5 in float32, relative.</summary>
    public static void Close(JsonElement expected, Tensor actual) => Close(expected.GetDouble(), actual);

    public static void Close(double expected, Tensor actual, double? scale = null)
    {
        var tolerance = actual.dtype == float64 ? 1e-9 : 2e-5;
        Assert.Equal(expected, actual.to(float64).item<double>(), tolerance * Math.Max(Math.Abs(scale ?? expected), 1e-9));
    }

    /// <summary>Every number of a list, or of lists of lists, in row-major order.</summary>
    public static void AllClose(JsonElement expected, Tensor actual)
    {
        var flat = Numbers(expected).ToArray();
        var values = actual.reshape(-1);
        Assert.Equal(flat.Length, values.shape[0]);
        var largest = flat.Max(Math.Abs);
        for (var i = 0; i < flat.Length; i++)
        {
            Close(flat[i], values[i], largest);
        }
    }

    public static IEnumerable<double> Numbers(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().SelectMany(Numbers) : [list.GetDouble()];

    /// <summary>Parameter number k = <paramref name="before"/> + 1, … by its kind: matrices and tokens S(0.7, k, 0.2), biases S(0.3, k, 0.05), gains 1 + S(1, k, 0.05).</summary>
    public static void Fill(this IEnumerable<Parameter> parameters, int before = 0)
    {
        using var frozen = no_grad();
        var k = before;
        foreach (var p in parameters)
        {
            k++;
            p.Value.copy_(p switch
            {
                { Name: var name } when name.EndsWith("bias", StringComparison.Ordinal) => S(p.Value.dtype, p.Value.shape, 0.3, k, 0.05),
                { Kind: ParameterKind.Gain, Name: var name } when name.EndsWith("weight", StringComparison.Ordinal) => 1 + S(p.Value.dtype, p.Value.shape, 1, k, 0.05),
                _ => S(p.Value.dtype, p.Value.shape, 0.7, k, 0.2),
            });
        }
    }

    /// <summary>A gradient's length, and its product with a fixed wave, which sees where each number stands.</summary>
    public static void Fingerprint(JsonElement expected, Tensor gradient)
    {
        var length = expected.GetProperty("l2").GetDouble();
        Close(length, gradient.norm());
        var wave = S(gradient.dtype, gradient.shape, 0.9, 0.2);
        Close(expected.GetProperty("dot_S(a=0.9,b=0.2,c=1)").GetDouble(), (gradient * wave).sum(), length);
    }
}
