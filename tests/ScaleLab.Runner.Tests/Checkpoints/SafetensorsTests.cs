using System.Buffers.Binary;
using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Runner.Checkpoints;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Checkpoints;

public sealed class SafetensorsTests : TorchTests, IDisposable
{
    private const string A = "\"a\": {\"dtype\": \"F32\", \"shape\": [2, 2], \"data_offsets\": [0, 16]}";
    private const string B = "\"b\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [16, 28]}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scalelab-test-");

    public static TheoryData<string, string, string> Damaged => new()
    {
        { "another type", $"{{{A.Replace("F32", "F16", StringComparison.Ordinal)}, {B}}}", "tensor 'a' is not F32 [2,2]" },
        { "another shape", $"{{{A.Replace("[2, 2]", "[4]", StringComparison.Ordinal)}, {B}}}", "tensor 'a' is not F32 [2,2]" },
        { "a shape beyond all numbers", $"{{{A.Replace("[2, 2]", "[1e999, 2]", StringComparison.Ordinal)}, {B}}}", "tensor 'a' is not F32 [2,2]" },
        { "a type that is no text", $"{{{A.Replace("\"F32\"", "{}", StringComparison.Ordinal)}, {B}}}", "tensor 'a' is not F32 [2,2]" },
        { "a missing tensor", $"{{{A}}}", "holds no tensor 'b'" },
        { "a tensor that is a number", $"{{{A}, \"b\": 3}}", "holds no tensor 'b'" },
        { "a tensor twice", $"{{{A}, {A}, {B}}}", "broken safetensors header" },
        { "data beyond the file", $"{{{A}, {B.Replace("[16, 28]", "[24, 36]", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file" },
        { "data before the file", $"{{{A}, {B.Replace("[16, 28]", "[-12, 0]", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file" },
        { "offsets that overflow", $"{{{A}, {B.Replace("[16, 28]", "[9223372036854775807, -9223372036854775797]", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file" },
        { "offsets that are fractions", $"{{{A}, {B.Replace("[16, 28]", "[16.5, 28.5]", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file" },
        { "offsets of another size", $"{{{A}, {B.Replace("[16, 28]", "[16, 24]", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file, or have the wrong size" },
        { "no offsets", $"{{{A}, {B.Replace(", \"data_offsets\": [16, 28]", "", StringComparison.Ordinal)}}}", "the data of tensor 'b' lie outside the file" },
        { "overlapping data", $"{{{A}, {B.Replace("[16, 28]", "[12, 24]", StringComparison.Ordinal)}}}", "the data of tensor 'b' overlap" },
        { "no JSON", $"{{{A}, {B}", "broken safetensors header" },
        { "JSON that is no object", $"[{{{A}, {B}}}]", "broken safetensors header" },
        { "JSON null", "null", "broken safetensors header" },
        { "deep nesting", $"{{\"x\": {new string('[', 200_000)}{new string(']', 200_000)}, {A}, {B}}}", "broken safetensors header" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(1)]
    [InlineData(24)]
    public void Tensors_come_back_bit_for_bit_whatever_is_written_at_once(int mostBytes)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder.FullName, "t.safetensors");
        (string, Tensor)[] written = [("a", randn([3, 5]).t()), ("b", tensor(float.NaN)), ("c", randn([7], float64)), ("d", randn([2, 3]).to(bfloat16))];
        var hash = Safetensors.Write(path, written, mostBytes);
        Assert.Equal(Safetensors.Write(Path.Combine(_folder.FullName, "whole.safetensors"), written), hash);
        (string Name, Tensor Value)[] read = [.. written.Select(t => (t.Item1, zeros(t.Item2.shape, t.Item2.dtype)))];
        Safetensors.Read(path, read, mostBytes);
        Assert.All(written.Zip(read), t => Assert.Equal(t.First.Item2.contiguous().bytes.ToArray(), t.Second.Value.bytes.ToArray()));
    }

    [Fact]
    public void A_file_is_the_format_byte_for_byte()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder.FullName, "t.safetensors");
        var hash = Safetensors.Write(path, [("a", tensor([1.0f, 2.0f]))]);
        var bytes = File.ReadAllBytes(path);
        const string header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal(padded.Length, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(padded, Encoding.ASCII.GetString(bytes, 8, padded.Length));
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64], bytes[(8 + padded.Length)..]);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), hash);
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_header_is_one_clear_line(string what, string header, string message)
    {
        Assert.NotEmpty(what);
        Refuses(Document(header, new byte[28]), message);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000_001)]
    public void A_header_of_an_impossible_length_is_refused(long length)
    {
        var file = Document($"{{{A}, {B}}}", new byte[28]);
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        Refuses(file, "not a safetensors file");
    }

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_was_cut()
    {
        var whole = Document($"{{{A}, {B}}}", new byte[28]);
        for (var length = 0; length < whole.Length; length++)
        {
            Refuses(whole[..length], "");
        }

        Read(whole);
    }

    private static byte[] Document(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. data];
    }

    private void Refuses(byte[] file, string message)
    {
        var line = Assert.Throws<InputException>(() => Read(file)).Message;
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.InRange(line.Length, 1, 400);
    }

    // What cannot be read whole changes nothing.
    private void Read(byte[] file)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder.FullName, "damaged.safetensors");
        File.WriteAllBytes(path, file);
        var (a, b) = (ones([2, 2]), ones([3]));
        try
        {
            Safetensors.Read(path, [("a", a), ("b", b)]);
        }
        catch (InputException)
        {
            Assert.Equal(7, (a.sum() + b.sum()).item<float>());
            throw;
        }

        Assert.Equal(0, (a.sum() + b.sum()).item<float>());
    }
}
