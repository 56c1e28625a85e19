using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>Prepares a corpus once. Written aside, brought to disk, renamed; a second process waits, a second call finds it by the identity of its source.</summary>
internal sealed class CorpusPreparer(CorpusStore store, Action<string> progress, string packs)
{
    public CorpusInfo Prepare(DataSpec spec)
    {
        spec.Validate();
        if (spec.Source == DataSource.DotnetDocs && !Directory.Exists(packs) && Exported(spec) is { } carried)
        {
            return carried;
        }

        var source = CorpusSource.Of(spec, packs);
        var identity = Identity(spec, source);
        var known = Path.Combine(store.Root, "sources", identity);
        if (Find(known) is { } found)
        {
            return found;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(known)!);
        using var held = DiskSync.Lock(known + ".lock", () => progress("another process prepares this corpus; waiting for it"));
        return Find(known) ?? Prepare(source, identity, known);
    }

    private CorpusInfo Prepare(CorpusSource source, string identity, string known)
    {
        var aside = Path.Combine(store.Root, "aside", identity);
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true); // of one that was killed: we hold its lock
        }

        Directory.CreateDirectory(aside);
        try
        {
            var info = source.Write(aside, progress);
            WriteDurably(Path.Combine(aside, CorpusStore.InfoName), JsonSerializer.SerializeToUtf8Bytes(info, ContractJson.Default.CorpusInfo));
            DiskSync.Flush(aside);
            Publish(aside, info);
            var entry = Path.Combine(aside + ".hash");
            WriteDurably(entry, Encoding.ASCII.GetBytes(info.Hash));
            File.Move(entry, known, overwrite: true);
            return store.Find(info.Hash)!;
        }
        finally
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }
        }
    }

    // A machine without an SDK has the documentation only as a corpus that was carried there.
    private CorpusInfo? Exported(DataSpec spec) => store.All()
        .Where(c => c.Origin.StartsWith(DotnetDocsSource.Name + " ", StringComparison.Ordinal) && c.Vocabulary == (spec.Vocabulary ?? TextVocabulary.Bytes))
        .MaxBy(c => Version.TryParse(c.Origin.Split(' ')[1], out var version) ? version : new Version())
        is { } newest ? store.Find(newest.Hash) : null;

    // Where another source gave the same content, that one stays.
    private void Publish(string aside, CorpusInfo info)
    {
        var folder = store.Folder(info.Hash);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        try
        {
            if (store.Find(info.Hash) is null)
            {
                Directory.Move(aside, folder);
                DiskSync.Flush(Path.GetDirectoryName(folder)!);
            }
        }
        catch (IOException) when (store.Find(info.Hash) is not null)
        {
            // Somebody else was first with the same content under another identity.
        }
    }

    private CorpusInfo? Find(string known) =>
        File.Exists(known) && File.ReadAllText(known) is { Length: 64 } hash ? store.Find(hash) : null;

    private static void WriteDurably(string file, byte[] content)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    // Sizes and times, not contents: the second call must not read gigabytes.
    private static string Identity(DataSpec spec, CorpusSource source)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{source.Preparation}\n{source.Origin}\n")
            .AppendLine(JsonSerializer.Serialize(spec, ContractJson.Line.DataSpec));
        foreach (var file in source.Files)
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.FullName}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }
}
