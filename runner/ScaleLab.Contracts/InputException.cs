namespace ScaleLab.Contracts;

/// <summary>Something the user wrote is wrong. Its message is the whole answer: one line, exit code 2.</summary>
public sealed class InputException : Exception
{
    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string file, long line, long column, string message)
        : base($"{file}:{line}:{column}: {message}")
    {
    }
}
