using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Benchmarks;

/// <summary>MAE at two sizes on one device, images made on the way, against PyTorch (rivals/mae.py) on images that lie there already.</summary>
internal static class VisionOnDevice
{
    private static readonly (int Width, int Depth, int Heads, int Batch)[] Large = [(192, 6, 3, 1024), (384, 12, 6, 1024)];
    private static readonly (int Width, int Depth, int Heads, int Batch)[] Tiny = [(32, 2, 2, 64), (64, 2, 2, 64)];

    public static void Run(string root, string device, string seconds, int rounds)
    {
        var cpu = device == "cpu";
        var preparer = new CorpusPreparer(new CorpusStore(root), Console.Error.WriteLine, DotnetDocsSource.PacksOfThisRuntime());
        var images = preparer.Prepare(new DataSpec { Source = DataSource.ShapeLeaves, HeldOutImages = 16 }).Hash;
        var precision = cpu ? "fp32" : "bf16";
        foreach (var (width, depth, heads, batch) in cpu ? Tiny : Large)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mae {width} x {depth}, decoder 64 x 1, batch {batch}, {precision}"));
            string[] modes = cpu ? ["eager"] : ["eager", "compile"];
            var theirs = modes.ToDictionary(m => m, _ => new List<double>());
            var (training, both) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var mode in modes)
                {
                    theirs[mode].Add(Rival.Ask(
                        Rival.Python(device),
                        [Rival.Script("mae.py"), $"{width}", $"{depth}", $"{heads}", "64", "1", "2", $"{batch}", seconds, device, precision, mode])["images_per_second"]!.GetValue<double>());
                }

                var ours = Rival.Ask(Rival.Ours(), ["vision-ours", root, images, "mae", $"{width}", $"{depth}", $"{batch}", seconds, device, precision]);
                training.Add(ours["training"]!.GetValue<double>());
                both.Add(ours["both"]!.GetValue<double>());
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ScaleLab {Median(training),12:N0} images/s; {Median(both):N0} with images made on the way"));
            foreach (var (mode, rates) in theirs)
            {
                var ratios = training.Zip(rates, (a, b) => a / b).Order().ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"        PyTorch, {mode,-7} {Median(rates),12:N0}: ratio {ratios[rounds / 2]:F2} ({ratios[0]:F2}–{ratios[^1]:F2})"));
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
