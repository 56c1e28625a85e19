namespace ScaleLab.Cli.Tests;

/// <summary>One run of the command line, in this process.</summary>
internal sealed record Scalelab(int ExitCode, string Output, string Error)
{
    public static async Task<Scalelab> Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, output, error);
        return new Scalelab(code, output.ToString(), error.ToString());
    }
}
