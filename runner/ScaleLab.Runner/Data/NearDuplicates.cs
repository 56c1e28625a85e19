namespace ScaleLab.Runner.Data;

/// <summary>
/// How much of the held-out text is also, nearly, in the training text: the share of held-out lines of which at least 80 % of the
/// word 5-grams (within a line, case kept) occur there. Lines of fewer than five words say nothing and are not counted, nor are lines that a block cuts.
/// </summary>
internal sealed class NearDuplicates
{
    private const int Words = 5;
    private const double Threshold = 0.8;

    private readonly List<List<ulong>> _lines = [];
    private readonly HashSet<ulong> _asked = [];
    private readonly HashSet<ulong> _found = [];

    /// <summary>Takes one held-out block. All of them come before the training text.</summary>
    public void AddHeldOut(ReadOnlySpan<byte> block)
    {
        var (first, last) = (block.IndexOf((byte)'\n'), block.LastIndexOf((byte)'\n'));
        if (first == last)
        {
            return;
        }

        var line = new List<ulong>();
        Scan(block[(first + 1)..(last + 1)], gram => line.Add(gram), () =>
        {
            if (line.Count > 0)
            {
                _lines.Add(line);
                _asked.UnionWith(line);
                line = [];
            }
        });
    }

    /// <summary>Takes a stretch of training text.</summary>
    public void AddTrain(ReadOnlySpan<byte> text) => Scan(text, gram =>
    {
        if (_asked.Contains(gram))
        {
            _found.Add(gram);
        }
    }, () => { });

    /// <returns>Null where no line could be judged.</returns>
    public double? Rate() => _lines.Count == 0
        ? null
        : (double)_lines.Count(l => l.Count(_found.Contains) >= Threshold * l.Count) / _lines.Count;

    // 64-bit hashes stand for the 5-grams: among some 10⁷ of them a false match is a matter of 10⁻⁵.
    private static void Scan(ReadOnlySpan<byte> text, Action<ulong> gram, Action endOfLine)
    {
        Span<ulong> recent = stackalloc ulong[Words];
        var words = 0;
        var word = 0UL;
        foreach (var letter in text)
        {
            if (letter > ' ')
            {
                word = (word ^ letter) * 0x100000001B3; // FNV-1a
                continue;
            }

            EndWord(recent);
            if (letter == '\n')
            {
                words = 0;
                endOfLine();
            }
        }

        EndWord(recent);
        endOfLine();

        void EndWord(Span<ulong> recent)
        {
            if (word == 0)
            {
                return;
            }

            recent[words++ % Words] = word;
            word = 0;
            if (words >= Words)
            {
                var hash = 0UL;
                for (var i = 0; i < Words; i++)
                {
                    hash = SplitMix64.Mix(hash + recent[(words + i) % Words]);
                }

                gram(hash);
            }
        }
    }
}
