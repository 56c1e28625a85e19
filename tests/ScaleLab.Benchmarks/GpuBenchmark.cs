using System.Globalization;
using System.Text.Json.Nodes;

namespace ScaleLab.Benchmarks;

/// <summary>
/// Training on one device against PyTorch (rivals/lm.py, eager and torch.compile) in turns: the same weights, tokens, optimiser and precision, wall time
/// after warm-up without torch.compile's compilation, medians of the rounds. First the losses of the first steps are compared. Not run on a GPU.
/// </summary>
internal static class GpuBenchmark
{
    /// <param name="args">Device, seconds a measurement, rounds.</param>
    public static int Run(string[] args)
    {
        var device = args.Length > 0 ? args[0] : "cuda";
        var seconds = args.Length > 1 ? args[1] : "5";
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        var cpu = device == "cpu";
        var root = Directory.CreateTempSubdirectory("scalelab-").FullName;
        try
        {
            Console.WriteLine($"{device}, wall time, medians of {rounds} rounds of {seconds} s; losses of the first {GpuCase.Steps} steps, largest distance in nats");
            foreach (var size in cpu ? GpuCase.Tiny : GpuCase.Large)
            {
                Rival.Load();
                var folder = Path.Combine(root, size.Name);
                size.Write(folder);
                Console.WriteLine(size);
                foreach (var precision in cpu ? ["fp32", "bf16"] : new[] { "bf16", "fp32" })
                {
                    Compare(size, folder, device, precision, seconds, rounds);
                }
            }

            VisionOnDevice.Run(root, device, seconds, rounds);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    private static void Compare(GpuCase size, string folder, string device, string precision, string seconds, int rounds)
    {
        string[] modes = device == "cpu" ? ["eager"] : ["eager", "compile"];
        var ours = new List<JsonNode>();
        var theirs = modes.ToDictionary(m => m, _ => new List<JsonNode>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var mode in modes)
            {
                theirs[mode].Add(Rival.Ask(Rival.Python(device), [Rival.Script("lm.py"), folder, device, precision, mode, seconds]));
            }

            ours.Add(Rival.Ask(Rival.Ours(), ["gpu-ours", folder, device, precision, seconds]));
        }

        var rate = Median(ours, "tokens_per_second");
        var flops = rate * size.Shape.TrainingFlopsPerUnit;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {precision}: ScaleLab {rate,12:N0} tokens/s, {flops / 1e12:G3} TFLOP/s, {flops / Median(ours, "product_flops"):P0} of the rate of a large product; {ours[0]["repeated"]} steps from a record"));
        foreach (var (mode, answers) in theirs)
        {
            var ratios = ours.Zip(answers, (a, b) => Number(a, "tokens_per_second") / Number(b, "tokens_per_second")).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"        PyTorch {answers[0]["torch"]}, {mode,-7} {Median(answers, "tokens_per_second"),12:N0}: ratio {ratios[rounds / 2]:F2} ({ratios[0]:F2}–{ratios[^1]:F2}); losses within {Distance(ours[0], answers[0]):0.0e+0}"));
        }
    }

    private static double Distance(JsonNode a, JsonNode b) =>
        a["losses"]!.AsArray().Zip(b["losses"]!.AsArray(), (x, y) => Math.Abs(x!.GetValue<double>() - y!.GetValue<double>())).Max();

    private static double Median(List<JsonNode> answers, string name) => answers.Select(a => Number(a, name)).Order().ElementAt(answers.Count / 2);

    private static double Number(JsonNode answer, string name) => answer[name]!.GetValue<double>();
}
