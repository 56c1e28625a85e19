using System.CommandLine;

namespace ScaleLab.Cli.Commands;

/// <summary>A verb whose help ends in commands that can be copied.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Whole commands, the most usual one first.</summary>
    public abstract IReadOnlyList<string> Examples { get; }
}
