using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary>Where the samples come from. Each source takes the keys that name it, or no source.</summary>
public sealed record DataSpec
{
    private const int MaximumVocabulary = 10_000_000;
    private const int MaximumStates = 1024;
    private const long MinimumTokens = 1_000;
    private const long MaximumTokens = 1_000_000_000;
    private const int MinimumSize = 8;
    private const int MaximumSize = 1024;
    private const int MinimumFrames = 2;
    private const int MaximumFrames = 256;
    private const int MinimumHeldOut = 2;
    private const int MaximumHeldOut = 1_000_000;
    private const double MaximumLength = 1e6;

    // Its covariance has size⁴ entries.
    private const int LargestField = 32;

    private static readonly DataSource[] ImageFiles = [DataSource.Images, DataSource.Cifar10, DataSource.Idx, DataSource.Frames];
    private static readonly DataSource[] Worlds = [DataSource.ShapeLeaves, DataSource.MovingShapes, DataSource.GaussianField];
    private static readonly DataSource[] Processes = [DataSource.Markov, DataSource.RandomHierarchy, DataSource.CounterfactualGrammar, DataSource.Repeats];

    /// <summary>
    /// <c>dotnet-docs</c>: the English API documentation beside every .NET SDK. <c>text</c>: a file or folder of text. <c>tokens</c>: token shards as nanoGPT and llm.c write them.
    /// <c>markov</c>: a first-order Markov chain, whose entropy rate is known. <c>images</c>: a folder of JPEG and PNG files. <c>cifar10</c>: records as the CIFAR-10 binary version has them. <c>idx</c>: IDX files, as MNIST has them.
    /// <c>frames</c>: videos as folders of JPEG and PNG files. <c>shape-leaves</c>: images drawn without end, each with an object of known class and mask. <c>moving-shapes</c>: clips drawn without end, of shapes with known motion.
    /// Of these the least possible loss is known (docs/worlds.md): <c>gaussian-field</c>: images of a stationary Gaussian process, without end. <c>random-hierarchy</c>: strings of a random context-free grammar. <c>counterfactual-grammar</c>: sentences about words with independent attributes. <c>repeats</c>: random strings that repeat themselves, each with a period of its own, which only copying predicts.
    /// </summary>
    public required DataSource Source { get; init; }

    /// <summary>A file or folder. <c>tokens</c>, <c>cifar10</c>: a .bin file or a folder of them. <c>idx</c>: a file of images, or the folder of all IDX files. <c>images</c>: the images, or a folder for each class. <c>frames</c>: a folder for each video, or for each class the videos.</summary>
    public string? Path { get; init; }

    /// <summary>What is held out, as <c>path</c> names what is trained on. Else files with the word <c>val</c>, <c>validation</c> or <c>test</c> (<c>t10k</c>) in their name are, and folders of one of these names beside <c>train</c>; else a part drawn at random, of <c>tokens</c> the end.</summary>
    public string? HeldOut { get; init; }

    /// <summary><c>bytes</c>, or a tiktoken vocabulary such as <c>o200k_base</c>; for <c>tokens</c> the number of ids, such as <c>50257</c>.</summary>
    public string? Vocabulary { get; init; }

    /// <summary><c>tokens</c>: bytes of one id, 2 or 4. A header of llm.c says so itself.</summary>
    [AllowedValues(2, 4)]
    public int? TokenBytes { get; init; }

    /// <summary><c>markov</c>: number of states.</summary>
    [Range(2, MaximumStates)]
    public int? States { get; init; }

    /// <summary><c>markov</c>: tokens of the training part, a million unless given. <c>random-hierarchy</c>, <c>counterfactual-grammar</c>, <c>repeats</c>: the same, in whole strings.</summary>
    [Range(MinimumTokens, MaximumTokens)]
    public long? Tokens { get; init; }

    /// <summary><c>markov</c>, <c>random-hierarchy</c>: seed of process and samples. <c>shape-leaves</c>, <c>moving-shapes</c>, <c>gaussian-field</c>, <c>counterfactual-grammar</c>, <c>repeats</c>: seed of the samples.</summary>
    [Range(0, int.MaxValue)]
    public int? Seed { get; init; }

    /// <summary><c>images</c>, <c>frames</c>: pixels of height and width after the shorter side was resized and the centre cut out; needed. <c>shape-leaves</c>, <c>moving-shapes</c>: 32 unless given. <c>gaussian-field</c>: 16 unless given, at most 32. <c>cifar10</c>: that of the records, 32 or 16 by the size of the file unless given.</summary>
    [Range(MinimumSize, MaximumSize)]
    public int? Size { get; init; }

    /// <summary><c>frames</c>, <c>moving-shapes</c>: frames of a clip, 8 unless given.</summary>
    [Range(MinimumFrames, MaximumFrames)]
    public int? Frames { get; init; }

    /// <summary>Sources of images: how many are held out. Else all that are set apart; where none are, a tenth and at most 2048; of a world 2048.</summary>
    [Range(MinimumHeldOut, MaximumHeldOut)]
    public int? HeldOutImages { get; init; }

    /// <summary><c>gaussian-field</c>: ℓ of the covariance e^(−r/ℓ), in pixels; 4 unless given.</summary>
    [Range(0, MaximumLength, MinimumIsExclusive = true)]
    public double? Length { get; init; }

    /// <summary><c>random-hierarchy</c>: v, symbols of each level; 8 unless given. <c>repeats</c>: symbols; 64 unless given. The start symbol is one more.</summary>
    [Range(2, 255)]
    public int? Symbols { get; init; }

    /// <summary><c>random-hierarchy</c>: m, rules of each symbol, at most v^(s − 1); 4 unless given.</summary>
    [Range(1, 65536)]
    public int? Rules { get; init; }

    /// <summary><c>random-hierarchy</c>: s, symbols that a rule makes of one; 2 unless given.</summary>
    [Range(2, 8)]
    public int? Branching { get; init; }

    /// <summary><c>random-hierarchy</c>: L, levels of rules: strings have s^L symbols; 4 unless given.</summary>
    [Range(1, 10)]
    public int? Levels { get; init; }

    /// <summary><c>random-hierarchy</c>: n_c, symbols at the top; v unless given.</summary>
    [Range(1, 255)]
    public int? Classes { get; init; }

    /// <summary><c>counterfactual-grammar</c>: attributes of a word, of two values each; 5 unless given.</summary>
    [Range(CounterfactualGrammar.LeastAttributes, CounterfactualGrammar.MostAttributes)]
    public int? Attributes { get; init; }

    /// <summary><c>counterfactual-grammar</c>: cues of each attribute, from a sure sign of one value to a sure sign of the other; 6 unless given.</summary>
    [Range(CounterfactualGrammar.LeastCues, CounterfactualGrammar.MostCues)]
    public int? Cues { get; init; }

    /// <summary><c>tokens</c>: <see cref="Vocabulary"/> as a number; null where it is none.</summary>
    [JsonIgnore]
    public int? VocabularySize => int.TryParse(Vocabulary, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <exception cref="InputException">An option is missing, out of range, or belongs to another source.</exception>
    public void Validate()
    {
        (string Key, bool Given, DataSource[] Sources)[] options =
        [
            ("path", Path is not null, [DataSource.Text, DataSource.Tokens, .. ImageFiles]),
            ("held_out", HeldOut is not null, [DataSource.Tokens, .. ImageFiles]),
            ("vocabulary", Vocabulary is not null, [DataSource.DotnetDocs, DataSource.Text, DataSource.Tokens]),
            ("token_bytes", TokenBytes is not null, [DataSource.Tokens]),
            ("states", States is not null, [DataSource.Markov]),
            ("tokens", Tokens is not null, Processes),
            ("seed", Seed is not null, [.. Processes, .. Worlds]),
            ("size", Size is not null, [DataSource.Images, DataSource.Cifar10, DataSource.Frames, .. Worlds]),
            ("frames", Frames is not null, [DataSource.Frames, DataSource.MovingShapes]),
            ("length", Length is not null, [DataSource.GaussianField]),
            ("symbols", Symbols is not null, [DataSource.RandomHierarchy, DataSource.Repeats]),
            ("rules", Rules is not null, [DataSource.RandomHierarchy]),
            ("branching", Branching is not null, [DataSource.RandomHierarchy]),
            ("levels", Levels is not null, [DataSource.RandomHierarchy]),
            ("classes", Classes is not null, [DataSource.RandomHierarchy]),
            ("attributes", Attributes is not null, [DataSource.CounterfactualGrammar]),
            ("cues", Cues is not null, [DataSource.CounterfactualGrammar]),
            ("held_out_images", HeldOutImages is not null, [.. ImageFiles, .. Worlds]),
        ];
        if (!Enum.IsDefined(Source))
        {
            throw new InputException("data: unknown source");
        }

        if (Array.Find(options, o => o.Given && !o.Sources.Contains(Source)) is { Key: { } key, Sources: { } owners })
        {
            throw new InputException($"data: '{key}' belongs to source {string.Join(", ", owners.Select(Name))}, not to {Name(Source)}");
        }

        var problem = this switch
        {
            { Source: DataSource.Text or DataSource.Tokens or DataSource.Images or DataSource.Cifar10 or DataSource.Idx or DataSource.Frames, Path: null or "" } => $"source {Name(Source)} needs 'path'",
            { Path: { } path } when path.Contains('\0', StringComparison.Ordinal) => "'path' contains a NUL character",
            { HeldOut: { } path } when path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) => "'held_out' is not a path",
            { Source: DataSource.Tokens } when VocabularySize is not (>= 2 and <= MaximumVocabulary) => $"source tokens needs 'vocabulary', the number of ids: 2 to {MaximumVocabulary}",
            { TokenBytes: not (null or 2 or 4) } => $"'token_bytes' is 2 or 4, not {TokenBytes}",
            { States: < 2 or > MaximumStates } => $"'states' is 2 to {MaximumStates}, not {States}",
            { Tokens: < MinimumTokens or > MaximumTokens } => $"'tokens' is {MinimumTokens} to {MaximumTokens}, not {Tokens}",
            { Source: DataSource.Images or DataSource.Frames, Size: null } => $"source {Name(Source)} needs 'size', the height and width of its images in pixels",
            { Source: DataSource.GaussianField, Size: > LargestField } => $"'size' of a gaussian-field is at most {LargestField}, not {Size}",
            { Length: not (null or (> 0 and <= MaximumLength)) } => $"'length' is above 0, not {Length}",
            { Attributes: < CounterfactualGrammar.LeastAttributes or > CounterfactualGrammar.MostAttributes } => $"'attributes' is {CounterfactualGrammar.LeastAttributes} to {CounterfactualGrammar.MostAttributes}, not {Attributes}",
            { Cues: < CounterfactualGrammar.LeastCues or > CounterfactualGrammar.MostCues } => $"'cues' is {CounterfactualGrammar.LeastCues} to {CounterfactualGrammar.MostCues}, not {Cues}",
            { Size: < MinimumSize or > MaximumSize } => $"'size' is {MinimumSize} to {MaximumSize}, not {Size}",
            { Frames: < MinimumFrames or > MaximumFrames } => $"'frames' is {MinimumFrames} to {MaximumFrames}, not {Frames}",
            { HeldOutImages: < MinimumHeldOut or > MaximumHeldOut } => $"'held_out_images' is {MinimumHeldOut} to {MaximumHeldOut}, not {HeldOutImages}",
            _ => null,
        };
        if (problem is not null)
        {
            throw new InputException($"data: {problem}");
        }
    }

    /// <summary>As it is written: <c>dotnet-docs</c>.</summary>
    public static string Name(DataSource source) => JsonNamingPolicy.KebabCaseLower.ConvertName(source.ToString());
}

[JsonConverter(typeof(JsonStringEnumConverter<DataSource>))]
public enum DataSource
{
    /// <summary>The English API documentation beside every .NET SDK.</summary>
    [JsonStringEnumMemberName("dotnet-docs")]
    DotnetDocs,

    [JsonStringEnumMemberName("text")]
    Text,

    [JsonStringEnumMemberName("tokens")]
    Tokens,

    /// <summary>A first-order Markov chain, whose entropy rate is known.</summary>
    [JsonStringEnumMemberName("markov")]
    Markov,

    /// <summary>A folder of JPEG and PNG files.</summary>
    [JsonStringEnumMemberName("images")]
    Images,

    [JsonStringEnumMemberName("cifar10")]
    Cifar10,

    [JsonStringEnumMemberName("idx")]
    Idx,

    /// <summary>Videos as folders of JPEG and PNG files.</summary>
    [JsonStringEnumMemberName("frames")]
    Frames,

    /// <summary>Dead leaves around an object of known class and mask.</summary>
    [JsonStringEnumMemberName("shape-leaves")]
    ShapeLeaves,

    /// <summary>Clips of shapes with known motion.</summary>
    [JsonStringEnumMemberName("moving-shapes")]
    MovingShapes,

    /// <summary>Images of a stationary Gaussian process.</summary>
    [JsonStringEnumMemberName("gaussian-field")]
    GaussianField,

    /// <summary>Strings of the random hierarchy model.</summary>
    [JsonStringEnumMemberName("random-hierarchy")]
    RandomHierarchy,

    /// <summary>Sentences about words with independent attributes.</summary>
    [JsonStringEnumMemberName("counterfactual-grammar")]
    CounterfactualGrammar,

    /// <summary>Random strings that repeat themselves, each with a period of its own.</summary>
    [JsonStringEnumMemberName("repeats")]
    Repeats,
}
