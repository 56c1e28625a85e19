using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>
/// Token shards, in ordinal order of their paths. Held out is what the user names, else the files of the folder with the word <c>val</c> in their name
/// (nanoGPT, llm.c and modded-nanogpt name them so) or <c>test</c>, else the end of the tokens; its blocks in random order.
/// </summary>
internal sealed class TokenShardsSource : CorpusSource
{
    private const int BlockTokens = 1024;
    private const int MaximumHeldOutBlocks = 256;
    private const int MinimumHeldOutBlocks = 2;

    private readonly string _path;
    private readonly int _vocabularySize;
    private readonly List<TokenShard> _train;
    private readonly List<TokenShard> _heldOut;

    /// <exception cref="InputException">A file is missing or is no shard.</exception>
    public TokenShardsSource(string path, string? heldOut, int vocabularySize, int? tokenBytes)
    {
        (_path, _vocabularySize) = (path, vocabularySize);
        var there = InputFiles.Of(path, [".bin"]);
        var validation = heldOut is not null
            ? InputFiles.Of(heldOut, [".bin"])
            : there.Count > 1 ? [.. there.Where(f => IsSetApart(f.Name))] : [];
        var train = there.ExceptBy(validation.Select(f => f.FullName), f => f.FullName).ToList();
        if (train.Count == 0)
        {
            throw new InputException($"{path}: nothing to train on beside the held-out shards");
        }

        Files = [.. train, .. validation];
        _train = [.. train.Select(f => TokenShard.Open(f, tokenBytes))];
        _heldOut = [.. validation.Select(f => TokenShard.Open(f, tokenBytes))];
    }

    public override string Origin => $"tokens {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_path)))}";

    // 1 stored the blocks in the order of the files.
    public override int Preparation => 2;

    public override IReadOnlyList<FileInfo> Files { get; }

    public override CorpusInfo Write(string folder, Action<string> progress)
    {
        var tokens = _train.Sum(s => s.Count);
        var validation = _heldOut.Sum(s => s.Count);
        var heldOut = _heldOut.Count > 0 ? validation / BlockTokens : Math.Min(MaximumHeldOutBlocks, tokens / 20 / BlockTokens);
        if (heldOut < MinimumHeldOutBlocks)
        {
            throw new InputException(_heldOut.Count > 0
                ? $"{_path}: the held-out shards are too small: {validation} ids where at least {MinimumHeldOutBlocks * BlockTokens} are needed"
                : $"{_path}: the shards are too small: {tokens} ids where at least {MinimumHeldOutBlocks * BlockTokens * 20} are needed");
        }

        progress(string.Create(CultureInfo.InvariantCulture, $"reading {Files.Count} shards, {tokens} ids to train on and {validation} to hold out"));
        using var writer = new CorpusWriter(folder, "", _vocabularySize, BlockTokens);
        var (shards, first) = _heldOut.Count > 0 ? (_heldOut, 0) : (_train, tokens - (heldOut * BlockTokens));
        Copy(_train, 0, _heldOut.Count > 0 ? tokens : first, writer.Train);
        var order = new SampleOrder(heldOut, seed: 0);
        for (var block = 0L; block < heldOut; block++)
        {
            Copy(shards, first + (order[block] * BlockTokens), BlockTokens, writer.HeldOut);
        }

        return writer.Finish(Origin);
    }

    private void Copy(IEnumerable<TokenShard> shards, long first, long count, TokenFile into)
    {
        foreach (var shard in shards)
        {
            var skipped = Math.Min(first, shard.Count);
            var taken = Math.Min(count, shard.Count - skipped);
            if (taken > 0)
            {
                foreach (var ids in shard.Read(skipped, taken, _vocabularySize))
                {
                    into.Write(ids);
                }
            }

            (first, count) = (first - skipped, count - taken);
        }
    }
}
