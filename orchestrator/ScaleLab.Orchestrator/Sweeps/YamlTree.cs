using ScaleLab.Contracts;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A YAML value and where it stands.</summary>
internal abstract record YamlNode(Mark Start);

/// <param name="Start">Where it stands.</param>
/// <param name="Text">As written, without its quotes.</param>
/// <param name="Plain">Without quotes, so that <c>null</c> and <c>true</c> mean what they say.</param>
internal sealed record YamlScalar(Mark Start, string Text, bool Plain) : YamlNode(Start)
{
    public bool IsNull => Plain && Text is "" or "~" or "null";
}

internal sealed record YamlList(Mark Start, List<YamlNode> Items) : YamlNode(Start);

internal sealed record YamlMap(Mark Start, List<(YamlScalar Key, YamlNode Value)> Entries) : YamlNode(Start);

/// <summary>Reads one YAML document that nobody vouches for: without recursion, with capped nesting, without anchors, aliases and tags.</summary>
internal static class YamlTree
{
    private const int DeepestNesting = 16;

    /// <exception cref="InputException">Not YAML, or more of it than a spec needs.</exception>
    public static YamlNode Read(string file, string text)
    {
        var open = new Stack<YamlNode>();
        var keys = new Stack<YamlScalar?>();
        YamlNode? root = null;

        // The parser takes it for the end of the file, and would drop what follows without a word.
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul)
        {
            var line = text.AsSpan(0, nul).Count('\n');
            throw new InputException(file, line + 1, nul - text.AsSpan(0, nul).LastIndexOf('\n'), "a NUL character; a sweep is text");
        }

        var parser = new Parser(new StringReader(text));
        while (MoveNext(file, parser))
        {
            var node = parser.Current switch
            {
                AnchorAlias e => throw Error(file, e.Start, "aliases are not allowed in a sweep"),
                NodeEvent { Anchor.IsEmpty: false } e => throw Error(file, e.Start, "anchors are not allowed in a sweep"),
                NodeEvent { Tag.IsEmpty: false } e => throw Error(file, e.Start, "tags are not allowed in a sweep"),
                DocumentStart e when root is not null => throw Error(file, e.Start, "a second document; a file holds one sweep"),
                Scalar e => new YamlScalar(e.Start, e.Value, e.Style == ScalarStyle.Plain),
                SequenceStart e => new YamlList(e.Start, []),
                MappingStart e => new YamlMap(e.Start, []),
                _ => (YamlNode?)null,
            };
            if (node is null)
            {
                if (parser.Current is SequenceEnd or MappingEnd)
                {
                    open.Pop();
                    keys.Pop();
                }

                continue;
            }

            root ??= node;
            if (open.TryPeek(out var parent))
            {
                Attach(file, parent, keys, node);
            }

            if (node is not YamlScalar)
            {
                if (open.Count == DeepestNesting)
                {
                    throw Error(file, node.Start, $"nested deeper than {DeepestNesting} levels");
                }

                open.Push(node);
                keys.Push(null);
            }
        }

        return root ?? throw new InputException(file, 1, 1, "the file is empty");
    }

    private static bool MoveNext(string file, Parser parser)
    {
        try
        {
            return parser.MoveNext();
        }
        catch (YamlException e)
        {
            throw Error(file, e.Start, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // Some broken texts break the parser's own invariants before it knows what is wrong with them.
            throw Error(file, parser.Current?.End ?? new Mark(0, 1, 1), "no YAML from here on");
        }
    }

    private static void Attach(string file, YamlNode parent, Stack<YamlScalar?> keys, YamlNode node)
    {
        if (parent is YamlList list)
        {
            list.Items.Add(node);
        }
        else if (keys.Pop() is { } key)
        {
            ((YamlMap)parent).Entries.Add((key, node));
            keys.Push(null);
        }
        else
        {
            keys.Push(node as YamlScalar ?? throw Error(file, node.Start, "a key must be a word"));
        }
    }

    private static InputException Error(string file, Mark at, string message) => new(file, at.Line, at.Column, message);
}
