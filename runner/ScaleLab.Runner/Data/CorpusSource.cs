using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images.Sources;
using ScaleLab.Runner.Data.Images.Worlds;
using ScaleLab.Runner.Data.Strings;

namespace ScaleLab.Runner.Data;

/// <summary>Where a corpus comes from: knows its name and what its content depends on before a byte of it is read.</summary>
internal abstract class CorpusSource
{
    // Words in the names of files that are held out, as the common data sets have them.
    private static readonly string[] SetApart = ["val", "validation", "test", "t10k"];

    /// <summary><see cref="CorpusInfo.Origin"/>.</summary>
    public abstract string Origin { get; }

    /// <summary>Raised whenever the same source would give another content: what was prepared of it is then prepared anew.</summary>
    public virtual int Preparation => 1;

    /// <summary>The files that the content depends on.</summary>
    public virtual IReadOnlyList<FileInfo> Files => [];

    /// <summary>Writes <c>train.bin</c> and <c>heldout.bin</c> into <paramref name="folder"/>, synchronised to disk.</summary>
    /// <exception cref="InputException">The source is unusable.</exception>
    public abstract CorpusInfo Write(string folder, Action<string> progress);

    /// <param name="spec">Validated.</param>
    /// <param name="packs">The <c>packs</c> folder of the .NET installation.</param>
    /// <exception cref="InputException">The spec names files that are not there.</exception>
    public static CorpusSource Of(DataSpec spec, string packs) => spec.Source switch
    {
        DataSource.DotnetDocs => new DotnetDocsSource(packs, spec.Vocabulary),
        DataSource.Markov => new MarkovSource(spec.States ?? 32, spec.Tokens ?? 1_000_000, spec.Seed ?? 0),
        DataSource.RandomHierarchy => new RandomHierarchySource(Hierarchy(spec), spec.Tokens ?? 1_000_000, spec.Seed ?? 0),
        DataSource.CounterfactualGrammar => new CounterfactualGrammarSource(new(spec.Attributes ?? 5, spec.Cues ?? 6), spec.Tokens ?? 1_000_000, spec.Seed ?? 0),
        DataSource.Repeats => new RepeatSource(spec.Symbols ?? 64, spec.Tokens ?? 1_000_000, spec.Seed ?? 0),
        DataSource.Text => new TextFilesSource(spec.Path!, spec.Vocabulary),
        DataSource.Tokens => new TokenShardsSource(spec.Path!, spec.HeldOut, spec.VocabularySize!.Value, spec.TokenBytes),
        DataSource.ShapeLeaves => new WorldSource(new ImageWorld(ShapeLeaves.Name, ShapeLeaves.Version, spec.Seed ?? 0), spec.Size ?? 32, 1, spec.HeldOutImages ?? 2048),
        DataSource.GaussianField => new WorldSource(new ImageWorld(GaussianField.Name, GaussianField.Version, spec.Seed ?? 0, spec.Length ?? 4), spec.Size ?? 16, 1, spec.HeldOutImages ?? 2048),
        DataSource.MovingShapes => new WorldSource(new ImageWorld(MovingShapes.Name, MovingShapes.Version, spec.Seed ?? 0), spec.Size ?? 32, spec.Frames ?? 8, spec.HeldOutImages ?? 2048),
        DataSource.Images => new ImageFolderSource(spec.Path!, spec.HeldOut, spec.Size!.Value, spec.HeldOutImages),
        DataSource.Cifar10 => new Cifar10Source(spec.Path!, spec.HeldOut, spec.Size, spec.HeldOutImages),
        DataSource.Idx => new IdxSource(spec.Path!, spec.HeldOut, spec.HeldOutImages),
        DataSource.Frames => new FramesSource(spec.Path!, spec.HeldOut, spec.Size!.Value, spec.Frames ?? 8, spec.HeldOutImages),
        _ => throw new InputException($"source {DataSpec.Name(spec.Source)} is unknown"),
    };

    /// <summary>Whether a file is held out by its name: <c>cifar10_test.bin</c> is, <c>latest.bin</c> is not.</summary>
    protected static bool IsSetApart(string name) => name.ToLowerInvariant().Split('_', '-', '.', ' ').Intersect(SetApart).Any();

    private static RandomHierarchy Hierarchy(DataSpec spec) =>
        new(spec.Symbols ?? 8, spec.Rules ?? 4, spec.Branching ?? 2, spec.Levels ?? 4, spec.Classes ?? spec.Symbols ?? 8, spec.Seed ?? 0);
}
