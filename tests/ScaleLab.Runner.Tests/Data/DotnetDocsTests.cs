using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class DotnetDocsTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_documentation_beside_the_sdk_makes_nine_megabytes_of_plain_text()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(DotnetDocsSource.PacksOfThisRuntime(), "Microsoft.NETCore.App.Ref")), "There is no .NET SDK beside this runtime.");
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.DotnetDocs });
        Assert.InRange(info.TrainTokens, 4_000_000, 20_000_000);
        Assert.Equal(64 * 4096, info.HeldOutTokens);
        Assert.Equal(info.HeldOutTokens, info.HeldOutBytes);
        Assert.InRange(info.NearDuplicateRate!.Value, 0.01, 0.5);
        Assert.StartsWith("dotnet-docs 10.0.", info.Origin, StringComparison.Ordinal);

        // The second time it is found, and there is nothing to tell.
        Assert.NotEmpty(_temporary.Progress);
        _temporary.Progress.Clear();
        Assert.Equal(info, _temporary.Prepare(new DataSpec { Source = DataSource.DotnetDocs }));
        Assert.Empty(_temporary.Progress);

        var text = Encoding.UTF8.GetString(File.ReadAllBytes(_temporary.Store.TrainFile(info.Hash)));
        Assert.Contains("Gets or sets", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<summary>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_highest_version_is_taken_and_a_repeated_file_once()
    {
        Docs("A.Ref/10.0.9", "Core.xml", "A line of version nine of the core.");
        Docs("A.Ref/10.0.12", "Core.xml", "A line of version twelve of the core.");
        Docs("B.Ref/10.0.12", "Core.xml", "A line of version twelve of the core.");
        Docs("B.Ref/10.0.12", "Other.xml", "A line of another library.");
        Docs("B.Ref/11.0.0-rc.1", "Other.xml", "A line of a preview.");
        var source = new DotnetDocsSource(Path.Combine(_temporary.Root, "packs"), null);
        Assert.Equal("dotnet-docs 10.0.12", source.Origin);
        Assert.Equal(["Core.xml", "Other.xml"], source.Files.Select(f => f.Name));
    }

    [Fact]
    public void A_runtime_without_sdk_says_where_the_text_could_come_from()
    {
        var e = Assert.Throws<InputException>(() => new DotnetDocsSource(Path.Combine(_temporary.Root, "none"), null));
        Assert.Contains("SCALELAB_DATA", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_sdk_takes_the_newest_corpus_that_was_carried_there()
    {
        var packs = Path.Combine(_temporary.Root, "packs");
        foreach (var version in (string[])["10.0.9", "10.0.12"])
        {
            var lines = Enumerable.Range(0, 10_000).Select(i => $"<para>Line number {i} of version {version}.</para>");
            Docs($"A.Ref/{version}", "Core.xml", string.Concat(lines));
            _temporary.Prepare(new DataSpec { Source = DataSource.DotnetDocs }, packs);
        }

        var carried = _temporary.Prepare(new DataSpec { Source = DataSource.DotnetDocs }, packs: Path.Combine(_temporary.Root, "none"));
        Assert.Equal("dotnet-docs 10.0.12", carried.Origin);
    }

    [Fact]
    public void Tags_go_and_references_keep_their_short_names()
    {
        var file = Docs("A.Ref/10.0.9", "Core.xml", """
            Reads   from <see cref="M:System.IO.Stream.Read(System.Byte[],System.Int32)" />
            into <paramref name="buffer" /> or <see langword="null" />.<para>See <see cref="T:System.Collections.Generic.List`1" />.</para>
            """);
        Assert.Equal(["Reads from Read into buffer or null.", "See List."], XmlDocumentation.Lines(file));
    }

    [Fact]
    public void Broken_xml_is_an_input_error_with_its_place()
    {
        var file = _temporary.File("broken.xml", "<doc>\n<summary>text</doc>"u8.ToArray());
        Assert.StartsWith($"{file}:2:", Assert.Throws<InputException>(() => XmlDocumentation.Lines(file)).Message, StringComparison.Ordinal);
    }

    private string Docs(string pack, string name, string summary) => _temporary.File(
        $"packs/{pack}/ref/net10.0/{name}",
        Encoding.UTF8.GetBytes($"""<?xml version="1.0"?><doc><members><member name="T:X"><summary>{summary}</summary></member></members></doc>"""));
}
