using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Orchestrator.Corpora;

/// <summary>Carries a corpus to a machine that could not prepare it: the folder it writes is a store of its own.</summary>
internal static class CorpusExport
{
    /// <param name="store">Where to look.</param>
    /// <param name="name">A hash or its beginning (six digits or more), an origin (<c>dotnet-docs 10.0.12</c>) or the first word of one.</param>
    /// <exception cref="InputException">No corpus is named so, or several are.</exception>
    public static CorpusInfo Find(CorpusStore store, string name)
    {
        var named = store.All()
            .Where(c => c.Origin == name || c.Origin.Split(' ')[0] == name || (name.Length >= 6 && c.Hash.StartsWith(name, StringComparison.Ordinal)))
            .ToList();
        return named switch
        {
            [var corpus] => store.Find(corpus.Hash)!,
            [] => throw new InputException($"{store.Root} holds no corpus '{name}'; see 'scalelab data list'"),
            _ => throw new InputException($"'{name}' names {named.Count} corpora: {string.Join(", ", named.Select(c => $"{c.Hash[..12]} ({c.Origin}: {c.Content})"))}"),
        };
    }

    /// <returns>The folder to set <c>SCALELAB_DATA</c> to. A corpus that is there already is left alone.</returns>
    public static CorpusStore Copy(CorpusStore store, CorpusInfo corpus, string folder)
    {
        var target = new CorpusStore(folder);
        if (target.Find(corpus.Hash) is not null)
        {
            return target;
        }

        // The sidecar last: a copy cut short is no corpus.
        Directory.CreateDirectory(target.Folder(corpus.Hash));
        foreach (var name in corpus.Files.Select(f => f.Name).Append(CorpusStore.InfoName))
        {
            File.Copy(Path.Combine(store.Folder(corpus.Hash), name), Path.Combine(target.Folder(corpus.Hash), name), overwrite: true);
        }

        return target;
    }
}
