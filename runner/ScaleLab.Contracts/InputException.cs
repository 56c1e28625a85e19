using System.Globalization;

namespace ScaleLab.Contracts;

/// <summary>Something the user wrote is wrong. Its message is the whole answer: one line, exit code 2.</summary>
public sealed class InputException : Exception
{
    public InputException(string message)
        : base(OneLine(message))
    {
    }

    public InputException(string file, long line, long column, string message)
        : this($"{file}:{line}:{column}: {message}")
    {
    }

    // It quotes what others wrote, line ends and the escape sequences of terminals among it.
    private static string OneLine(string message) => string.Create(message.Length, message, static (line, message) =>
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.GetUnicodeCategory(message[i]) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : message[i];
        }
    });
}
