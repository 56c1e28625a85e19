using System.Runtime.InteropServices;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>A prepared corpus, memory-mapped: pages come from disk as they are read, and all workers share them.</summary>
internal sealed class TokenCorpus : IDisposable
{
    private readonly MappedTokens _train;
    private readonly MappedTokens _heldOut;

    /// <exception cref="InputException">The corpus is not in the store, or damaged.</exception>
    public TokenCorpus(CorpusStore store, string hash)
    {
        Info = store.Get(hash);
        _train = new MappedTokens(store.TrainFile(hash), Info.TokenBytes);
        _heldOut = new MappedTokens(store.HeldOutFile(hash), Info.TokenBytes);
    }

    public CorpusInfo Info { get; }

    public long TrainTokens => Info.TrainTokens;

    /// <summary>
    /// Training windows of <paramref name="context"/> inputs. Window k reads tokens [kT, kT + T], T + 1 of them: each target is the token after its input,
    /// so neighbours share one token and every token but the first is predicted once per epoch.
    /// </summary>
    public long Windows(int context) => (TrainTokens - 1) / context;

    /// <summary>Copies training tokens from number <paramref name="first"/> on.</summary>
    public void ReadTrain(long first, Span<long> into) => _train.Read(first, into);

    /// <summary>Copies held-out tokens from number <paramref name="first"/> on.</summary>
    public void ReadHeldOut(long first, Span<long> into) => _heldOut.Read(first, into);

    public void Dispose()
    {
        _train.Dispose();
        _heldOut.Dispose();
    }

    private sealed class MappedTokens(string path, int width) : IDisposable
    {
        private readonly MappedFile _file = new(path);

        public void Read(long first, Span<long> into)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(first);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(first, (_file.Length / width) - into.Length);
            var raw = _file.Span(first * width, checked(into.Length * width));
            switch (width)
            {
                case 1:
                    Widen(raw, into);
                    break;
                case 2:
                    Widen(MemoryMarshal.Cast<byte, ushort>(raw), into);
                    break;
                default:
                    Widen(MemoryMarshal.Cast<byte, uint>(raw), into);
                    break;
            }
        }

        public void Dispose() => _file.Dispose();

        private static void Widen<T>(ReadOnlySpan<T> from, Span<long> into)
            where T : unmanaged, System.Numerics.IBinaryInteger<T>
        {
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = long.CreateTruncating(from[i]);
            }
        }
    }
}
