using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Text;
using ScaleLab.Orchestrator.Corpora;

namespace ScaleLab.Cli.Commands;

/// <summary>Lists, prepares and exports corpora.</summary>
internal sealed class DataCommand : Verb
{
    private static readonly string[] Sources = Array.ConvertAll(Enum.GetValues<DataSource>(), DataSpec.Name);

    public DataCommand(TextWriter output, CorpusStore store, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare)
        : base("data", "Prepare, list and export corpora")
    {
        Add(List(output, store));
        Add(Prepare(output, prepare));
        Add(Export(output, store));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab data list --json",
        "scalelab data prepare dotnet-docs",
        "scalelab data prepare text --path notes/ --vocabulary o200k_base",
        "scalelab data prepare tokens --path shards/train --held-out shards/val --vocabulary 50257",
        "scalelab data prepare images --path photos/ --size 32",
        "scalelab data prepare shape-leaves --seed 1",
        "scalelab data export dotnet-docs --out /mnt/carry/scalelab",
    ];

    private static Command List(TextWriter output, CorpusStore store)
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON object per line" };
        var list = new Command("list", "Corpora that are prepared here") { json };
        list.SetAction(parse => Write(output, [.. store.All()], parse.GetValue(json)));
        return list;
    }

    private static Command Prepare(TextWriter output, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare)
    {
        var source = new Argument<string>("SOURCE") { Description = string.Join(", ", Sources) };
        var path = new Option<string?>("--path") { Description = "A file or folder: text, token shards, images, records", HelpName = "PATH" };
        var heldOut = new Option<string?>("--held-out") { Description = "What is held out, as --path names what is trained on", HelpName = "PATH" };
        var vocabulary = new Option<string?>("--vocabulary") { Description = "bytes or o200k_base; tokens: the number of ids", HelpName = "NAME" };
        var tokenBytes = new Option<int?>("--token-bytes") { Description = "tokens: bytes of a bare id, 2 or 4", HelpName = "N" };
        var states = new Option<int?>("--states") { Description = "markov: states", HelpName = "N" };
        var tokens = new Option<string?>("--tokens") { Description = "markov: training tokens", HelpName = "N" };
        var seed = new Option<int?>("--seed") { Description = "markov, shape-leaves, moving-shapes: seed", HelpName = "N" };
        var size = new Option<int?>("--size") { Description = "Images: height and width in pixels", HelpName = "N" };
        var frames = new Option<int?>("--frames") { Description = "frames, moving-shapes: frames of a clip", HelpName = "N" };
        var heldOutImages = new Option<int?>("--held-out-images") { Description = "Images: how many are held out", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("prepare", "Prepare a corpus, or find it prepared")
        {
            source, path, heldOut, vocabulary, tokenBytes, states, tokens, seed, size, frames, heldOutImages, json,
        };
        command.SetAction(async (parse, cancellation) =>
        {
            var spec = new DataSpec
            {
                Source = Source(parse.GetRequiredValue(source)),
                Path = Absolute(parse.GetValue(path)),
                HeldOut = Absolute(parse.GetValue(heldOut)),
                Vocabulary = parse.GetValue(vocabulary),
                TokenBytes = parse.GetValue(tokenBytes),
                States = parse.GetValue(states),
                Tokens = Count(parse.GetValue(tokens)),
                Seed = parse.GetValue(seed),
                Size = parse.GetValue(size),
                Frames = parse.GetValue(frames),
                HeldOutImages = parse.GetValue(heldOutImages),
            };
            spec.Validate();
            return Write(output, [await prepare(spec, cancellation)], parse.GetValue(json));
        });
        return command;
    }

    private static Command Export(TextWriter output, CorpusStore store)
    {
        var name = new Argument<string>("CORPUS") { Description = "Its hash (or how it begins), or its origin, such as dotnet-docs" };
        var folder = new Option<string>("--out") { Description = "The folder to write; SCALELAB_DATA on the other machine", HelpName = "DIR", Required = true };
        var export = new Command("export", "Copy a corpus for a machine that cannot prepare it") { name, folder };
        export.SetAction(parse =>
        {
            var corpus = CorpusExport.Find(store, parse.GetRequiredValue(name));
            var target = CorpusExport.Copy(store, corpus, parse.GetRequiredValue(folder));
            output.WriteLine(target.Folder(corpus.Hash));
            return ExitCode.Done;
        });
        return export;
    }

    private static int Write(TextWriter output, List<CorpusInfo> corpora, bool json)
    {
        foreach (var c in corpora)
        {
            output.WriteLine(json
                ? JsonSerializer.Serialize(c, ContractJson.Line.CorpusInfo)
                : c.Images is { } images
                ? string.Create(CultureInfo.InvariantCulture, $"{c.Hash[..16]}  {(images.Train is { } train ? Quantity.Format(train) : "endless"),6} + {Quantity.Format(images.HeldOut),6} {c.Unit,-6}  {images.Form}  {images.Classes,6} classes  {(images.Skipped > 0 ? $"{images.Skipped} skipped  " : "")}{c.Origin}")
                : string.Create(CultureInfo.InvariantCulture, $"{c.Hash[..16]}  {Quantity.Format(c.TrainTokens),6} + {Quantity.Format(c.HeldOutTokens),6} tokens  vocabulary {c.VocabularySize,6}  near duplicates {(c.NearDuplicateRate is { } r ? $"{100 * r:F1} %" : "-"),6}  {c.Origin}"));
        }

        return ExitCode.Done;
    }

    private static DataSource Source(string name) => Array.IndexOf(Sources, name) is >= 0 and var index
        ? Enum.GetValues<DataSource>()[index]
        : throw new InputException($"unknown source '{name}'; there are {string.Join(", ", Sources)}{Suggestion.For(name, Sources)}");

    private static string? Absolute(string? path) => path is { Length: > 0 } && !path.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(path) : path;

    private static long? Count(string? text) => text is null
        ? null
        : Quantity.TryParse(text, out var value) && value is >= 0 and < 1e18 && value == Math.Floor(value)
            ? (long)value
            : throw new InputException($"--tokens {text}: not a number of tokens");
}
