using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using YamlDotNet.Core;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A sweep spec as it was read: its values, its text, and where each value stands.</summary>
internal sealed class SweepFile
{
    private const int LargestFile = 1 << 20;

    private readonly Dictionary<string, Mark> _places;

    private SweepFile(SweepFile written, SweepSpec spec) => (File, Text, Spec, _places) = (written.File, written.Text, spec, written._places);

    private SweepFile(string file, string text)
    {
        File = file;
        Text = text;
        var binder = new SpecBinder(file);
        Spec = binder.Bind(YamlTree.Read(file, text));
        _places = binder.Places;
        SpecRules.Check(this);
        Spec = Spec with { Data = Located(Spec.Data) };
    }

    /// <summary>As the user named it; errors begin with it.</summary>
    public string File { get; }

    public string Text { get; }

    public SweepSpec Spec { get; }

    /// <exception cref="InputException">The file cannot be read, or is no sweep.</exception>
    public static SweepFile Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LargestFile)
            {
                throw new InputException($"{path}: {file.Length} bytes; a sweep holds at most {LargestFile}");
            }

            using var stream = file.OpenRead();
            var bytes = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LargestFile
                ? Parse(path, bytes.AsSpan(0, length))
                : throw new InputException($"{path}: more than {LargestFile} bytes; that is no sweep");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException($"{path}: {(Directory.Exists(path) ? "is a folder" : e.Message)}");
        }
    }

    /// <param name="file">Names the text in errors; relative paths start at its folder.</param>
    /// <param name="text">YAML in UTF-8.</param>
    public static SweepFile Parse(string file, ReadOnlySpan<byte> text)
    {
        try
        {
            return Parse(file, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException)
        {
            throw new InputException($"{file}: is not UTF-8 text");
        }
    }

    /// <param name="file">Names the text in errors; relative paths start at its folder.</param>
    /// <param name="text">YAML.</param>
    public static SweepFile Parse(string file, string text) => new(file, text);

    /// <summary>The same file with values that another place gives: errors still point into it.</summary>
    public SweepFile With(SweepSpec spec) => new(this, spec);

    public bool Has(string path) => _places.ContainsKey(path);

    /// <summary>An error about the value at <paramref name="path"/>, or about the nearest thing around it that was written.</summary>
    public InputException Error(string path, string message)
    {
        while (!_places.ContainsKey(path))
        {
            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        var at = _places[path];
        return new InputException(File, at.Line, at.Column, message);
    }

    /// <summary>The place of a rule: in <c>grid</c> where it is an axis, else in <c>train</c>.</summary>
    public string RulePath(string key) => Has($"grid.{key}") ? $"grid.{key}" : $"train.{key}";

    private DataSpec Located(DataSpec data)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(File))!;
        return data with { Path = Find("path", data.Path), HeldOut = Find("held_out", data.HeldOut) };

        string? Find(string key, string? written)
        {
            var path = written is null ? null : Path.GetFullPath(written, folder);
            return path is null || Path.Exists(path) ? path : throw Error($"data.{key}", $"there is no {path}");
        }
    }
}
