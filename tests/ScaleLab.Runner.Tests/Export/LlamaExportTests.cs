using System.Diagnostics;
using System.Text.Json;
using ScaleLab.Runner.Export;
using ScaleLab.Runner.Tests.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Export;

public sealed class LlamaExportTests : TorchTests, IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scalelab-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Exported_weights_give_the_same_logits_in_NumPy(bool tied)
    {
        Assert.SkipUnless(File.Exists(Python) && Run(["-c", "import numpy"], "").Exit == 0, $"{Python} has no NumPy (Debian: python3-numpy).");
        var shape = SmallModel.Shape(width: 24, heads: 3, depth: 3, vocabulary: 40, tied: tied);
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape);
        LlamaExport.Write(_folder.FullName, shape, model.Parameters);

        var tokens = SmallModel.Tokens(shape, 2, seed: 3);
        var ids = tokens.data<long>().ToArray().Chunk(shape.Context);
        var (exit, output, error) = Run([Path.Combine(AppContext.BaseDirectory, "Export", "llama_numpy.py"), _folder.FullName], JsonSerializer.Serialize(ids));
        Assert.True(exit == 0, error);
        var theirs = JsonSerializer.Deserialize<double[][][]>(output)!.SelectMany(w => w).SelectMany(l => l).ToArray();
        var ours = model.Logits(tokens).data<float>().ToArray();
        Assert.Equal(ours.Length, theirs.Length);
        Assert.True(ours.Max() - ours.Min() > 1);
        Assert.All(ours.Zip(theirs), l => Assert.Equal(l.Second, l.First, 1e-4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_export_holds_every_parameter_once(bool tied)
    {
        var shape = SmallModel.Shape(tied: tied);
        using var model = SmallModel.Shaken(shape);
        LlamaExport.Write(_folder.FullName, shape, model.Parameters);
        var header = Header(Path.Combine(_folder.FullName, "model.safetensors"));
        Assert.Equal(model.Parameters.Count, header.Values.Sum(e => e.Shape.Aggregate(1L, (a, b) => a * b)));
        Assert.Equal(!tied, header.ContainsKey("lm_head.weight"));
        Assert.Equal([16, 48], header["model.layers.1.mlp.down_proj.weight"].Shape);
    }

    private static Dictionary<string, (long[] Shape, string Type)> Header(string path)
    {
        var bytes = File.ReadAllBytes(path);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToInt64(bytes)));
        return json.RootElement.EnumerateObject().ToDictionary(
            p => p.Name,
            p => (p.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray(), p.Value.GetProperty("dtype").GetString()!));
    }

    private static (int Exit, string Output, string Error) Run(string[] arguments, string input)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
