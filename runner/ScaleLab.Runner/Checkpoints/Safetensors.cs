using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaleLab.Contracts;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Checkpoints;

/// <summary>The safetensors format: 8 bytes of header length, a JSON header, raw little-endian data. No code, and checked before it is believed.</summary>
internal static class Safetensors
{
    // The format's own limit (huggingface/safetensors).
    private const long LargestHeader = 100_000_000;

    // .NET's spans end at 2 GB, which a table of a large vocabulary passes.
    private const int MostBytes = 1 << 30;

    /// <param name="path">The file.</param>
    /// <param name="tensors">Of any size and device.</param>
    /// <param name="mostBytes">Of one piece that is copied and written.</param>
    /// <returns>SHA-256 of the file, in lower-case hexadecimal.</returns>
    public static string Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, int mostBytes = MostBytes)
    {
        var header = new JsonObject();
        var offset = 0L;
        foreach (var (name, value) in tensors)
        {
            var size = Size(value);
            header[name] = new JsonObject
            {
                ["dtype"] = Name(value.dtype),
                ["shape"] = new JsonArray([.. value.shape.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(offset, offset + size),
            };
            offset += size;
        }

        // Padded with spaces, so that the data start on 8 bytes.
        var text = JsonSerializer.SerializeToUtf8Bytes(header, RunnerJson.Default.JsonObject);
        var padded = new byte[8 + ((text.Length + 7) / 8 * 8)];
        padded.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(padded, padded.Length - 8);
        text.CopyTo(padded, 8);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.Create(path);
        Append(padded);
        foreach (var (_, value) in tensors)
        {
            using var scope = NewDisposeScope();
            foreach (var piece in Pieces(value.detach().contiguous(), mostBytes))
            {
                Append(piece.to(CPU).bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    }

    /// <summary>Fills <paramref name="tensors"/>, each from the entry of its name, which must have its type and shape.</summary>
    /// <exception cref="InputException">The file is damaged, or holds something else.</exception>
    public static void Read(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, int mostBytes = MostBytes)
    {
        using var file = File.OpenRead(path);
        var (header, start) = ReadHeader(path, file);

        // All are found before the first is filled: what cannot be read whole changes nothing.
        var places = tensors.Select(t => (t.Name, t.Value, From: Locate(path, header, t.Name, t.Value, file.Length - start))).OrderBy(p => p.From).ToList();
        foreach (var (before, after) in places.Zip(places.Skip(1)))
        {
            if (before.From + Size(before.Value) > after.From)
            {
                throw new InputException($"{path}: the data of tensor '{after.Name}' overlap those of '{before.Name}'");
            }
        }

        using var frozen = no_grad();
        foreach (var (_, value, from) in places)
        {
            using var scope = NewDisposeScope();
            var read = empty(value.shape, value.dtype);
            file.Seek(start + from, SeekOrigin.Begin);
            foreach (var piece in Pieces(read, mostBytes))
            {
                file.ReadExactly(piece.bytes);
            }

            value.copy_(read);
        }
    }

    private static (JsonObject Header, long Start) ReadHeader(string path, FileStream file)
    {
        Span<byte> prefix = stackalloc byte[8];
        var length = file.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadInt64LittleEndian(prefix) : -1;
        if (length is < 2 or > LargestHeader || length > file.Length - 8)
        {
            throw new InputException($"{path}: not a safetensors file (a header of {length} bytes in a file of {file.Length})");
        }

        var text = new byte[length];
        file.ReadExactly(text);
        try
        {
            var header = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false }) as JsonObject;
            return (header ?? throw new JsonException("not an object"), 8 + length);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: broken safetensors header: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    // The entry's first byte within the data, after every claim of the header has been checked against the tensor and the file.
    private static long Locate(string path, JsonObject header, string name, Tensor wanted, long dataLength)
    {
        var entry = header[name] as JsonObject ?? throw new InputException($"{path}: holds no tensor '{name}'");
        var expected = new JsonArray([.. wanted.shape.Select(s => JsonValue.Create(s))]);
        if (!JsonNode.DeepEquals(entry["shape"], expected) || entry["dtype"]?.ToString() != Name(wanted.dtype))
        {
            throw new InputException($"{path}: tensor '{name}' is not {Name(wanted.dtype)} {expected.ToJsonString()}");
        }

        return entry["data_offsets"] is JsonArray { Count: 2 } offsets
            && offsets[0] is JsonValue first && first.TryGetValue(out long from)
            && offsets[1] is JsonValue last && last.TryGetValue(out long to)
            && from >= 0 && from <= to && to <= dataLength && to - from == Size(wanted)
            ? from
            : throw new InputException($"{path}: the data of tensor '{name}' lie outside the file, or have the wrong size");
    }

    private static IEnumerable<Tensor> Pieces(Tensor contiguous, int mostBytes)
    {
        var (all, most) = (contiguous.view(-1), Math.Max(1, mostBytes / contiguous.element_size()));
        for (var first = 0L; first < all.numel(); first += most)
        {
            yield return all.narrow(0, first, Math.Min(most, all.numel() - first));
        }
    }

    private static long Size(Tensor tensor) => tensor.numel() * tensor.element_size();

    private static string Name(ScalarType type) => type switch
    {
        ScalarType.Float64 => "F64",
        ScalarType.Float32 => "F32",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Float16 => "F16",
        ScalarType.Int64 => "I64",
        ScalarType.Int32 => "I32",
        _ => throw new NotSupportedException($"no safetensors type for {type}"),
    };
}
