using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary><c>scalelab-runner data '{"source": "dotnet-docs"}'</c>: the answer is one line of JSON, a <see cref="CorpusInfo"/>.</summary>
internal static class PrepareCommand
{
    /// <param name="args">What follows the verb.</param>
    public static int Run(string[] args) => Run(args, CorpusStore.Default, Console.Out, Console.Error);

    internal static int Run(string[] args, CorpusStore store, TextWriter output, TextWriter error)
    {
        try
        {
            var info = new CorpusPreparer(store, error.WriteLine, DotnetDocsSource.PacksOfThisRuntime()).Prepare(Parse(args));
            output.WriteLine(JsonSerializer.Serialize(info, ContractJson.Line.CorpusInfo));
            return 0;
        }
        catch (InputException e)
        {
            error.WriteLine($"error: {e.Message}");
            return 2;
        }
    }

    private static DataSpec Parse(string[] args)
    {
        if (args.Length != 1)
        {
            throw new InputException("usage: scalelab-runner data '{\"source\": \"dotnet-docs\"}'");
        }

        try
        {
            return JsonSerializer.Deserialize(args[0], ContractJson.Default.DataSpec) ?? throw new InputException("data: null is no source");
        }
        catch (JsonException e)
        {
            throw new InputException("data", (e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1, e.Message.Split(" Path:")[0].ReplaceLineEndings(" "));
        }
    }
}
