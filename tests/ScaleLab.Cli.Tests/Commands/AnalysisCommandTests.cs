using System.Globalization;
using System.Text.Json;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class AnalysisCommandTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public async Task Fit_prints_the_law_its_uncertainty_the_frontier_and_what_was_left_out()
    {
        var fit = await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--bootstrap", "100");
        Assert.Equal((0, ""), (fit.ExitCode, fit.Error));
        Assert.StartsWith("chinchilla: L = E + A/N^alpha + B/D^beta", fit.Output, StringComparison.Ordinal);
        Assert.Contains("36 runs of runs.csv (N = n, D = d, loss = loss)\n1 left out: set=bad\nconverged: huber_log (delta 0.001) = ", fit.Output, StringComparison.Ordinal);
        Assert.Matches(@"alpha +0\.3\d+ +0\.0\d+ +0\.3\d+ … 0\.3\d+ +yes", fit.Output);
        Assert.Contains("intervals: percentiles of a wild cluster bootstrap, 36 clusters (each row), 100 draws", fit.Output, StringComparison.Ordinal);
        Assert.Matches(@"frontier: N ~ C\^0\.4\d+, D ~ C\^0\.5\d+; N\* = ", fit.Output);
    }

    [Fact]
    public async Task A_row_that_looks_wrong_is_named_and_excluded_when_asked()
    {
        var file = Runs();
        var fit = await Scalelab.Run("fit", file, "--bootstrap", "0");
        Assert.Contains("\nflagged, not excluded: line 38: ", fit.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nwithout them: E 1\.\d+, A \d+.*, a 0\.\d+ \(3\d runs; --exclude-flagged\)\n", fit.Output);
        var clean = await Scalelab.Run("fit", file, "--bootstrap", "0", "--exclude-flagged");
        Assert.Contains("\nflagged and excluded: line 38: ", clean.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("without them", clean.Output, StringComparison.Ordinal);

        // Whatever is made of the same runs beside the fit knows nothing of that row.
        foreach (var more in (string[][])[["--approach", "all"], ["--law", "auto"]])
        {
            Assert.Equal(Parts((await Scalelab.Run(["fit", file, "--exclude", "set=bad", "--bootstrap", "100", "--json", .. more])).Output), Parts((await Scalelab.Run(["fit", file, "--exclude-flagged", "--bootstrap", "100", "--json", .. more])).Output));
        }

        static string[] Parts(string json) => [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Where(p => p.Name is "parameters" or "intervals" or "approaches" or "law_choice").Select(p => p.Value.GetRawText())];
    }

    [Fact]
    public async Task Fit_prints_json_alone_and_writes_the_same_to_a_file()
    {
        var file = Path.Combine(_folder, "new", "fit.json");
        var fit = await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--law", "power", "--bootstrap", "0", "--json", "--out", file);
        Assert.Equal(0, fit.ExitCode);
        Assert.Equal("power", JsonDocument.Parse(fit.Output).RootElement.GetProperty("law").GetString());
        Assert.Equal(fit.Output, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_fit_that_the_data_do_not_support_is_an_answer_and_no_failure()
    {
        var fit = await Scalelab.Run("fit", Runs(), "--where", "set=bad");
        Assert.Equal(0, fit.ExitCode);
        Assert.Contains("refused: 1 observations cannot carry the 5 parameters of chinchilla", fit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_shows_all_three_approaches_when_asked()
    {
        var fit = await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--bootstrap", "100", "--approach", "all", "--at", "1e21");
        Assert.Equal((0, ""), (fit.ExitCode, fit.Error));
        Assert.Matches(@"\n3 parametric +0\.4\d+ +0\.4\d+ … 0\.4\d+ +0\.5\d+ +0\.5\d+ … 0\.5\d+\n", fit.Output);
        Assert.Matches(@"\n1 envelope +0\.\d+ +\d", fit.Output);
        Assert.Matches(@"\n3 parametric +1e\+21 +\d", fit.Output);
        var json = (await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--bootstrap", "0", "--approach", "all", "--json")).Output;
        var approaches = JsonDocument.Parse(json).RootElement.GetProperty("approaches").EnumerateArray().ToList();
        Assert.Equal(["envelope", "isoflop", "isoflop_corrected", "parametric"], approaches.Select(a => a.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Allocate_takes_hours_of_GPUs_and_the_sizes_that_can_be_had()
    {
        var sizes = await Scalelab.Run("allocate", "--law", "epoch", "--gpu-hours", "1M", "--gpu-speed", "989e12", "--mfu", "0.4", "--size", "7B", "--size", "34B");
        Assert.Matches(@"\n1\.424e\+24 +34B .* above the best +extrapolated\n1\.424e\+24 +7B ", sizes.Output);
        var lifetime = await Scalelab.Run("allocate", "--law", "hoffmann", "--loss", "2.1", "--inference-tokens", "2T");
        Assert.Matches(@"loss +2\.1000 +given\n.*\n2\.914e\+22 FLOPs with inference, 28\.6 % less than the model that is cheapest to train for this loss\n", lifetime.Output);
    }

    [Fact]
    public async Task Allocate_writes_the_sweep_that_trains_its_answer()
    {
        var (fit, next) = (Path.Combine(_folder, "fit.json"), Path.Combine(_folder, "next.yaml"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "sweep.yaml"), "name: tiny\nmodel: lm\ndata: {source: dotnet-docs}\ngrid:\n  n: [15k]\n  d: [1M]\n", TestContext.Current.CancellationToken);
        await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--bootstrap", "100", "--out", fit);
        Assert.Equal((0, ""), await Scalelab.Run("allocate", fit, "--flops", "1e21", "--spec", next) is var run ? (run.ExitCode, run.Error) : default);
        Assert.Matches(@"^# From .*fit\.json: 1e\+21 FLOPs, loss \d\.\d+ \(\d\.\d+ … \d\.\d+\) predicted\.\nname: tiny-next\nmodel: lm\ndata: \{source: dotnet-docs\}\ngrid:\n  n: \d\.\d+e\+9\n  d: \d\.\d+e\+10\nprediction:\n  fit: '.*fit\.json'\n  law: chinchilla\n  parameters: '.*'\n  loss: \d\.\d+\n  low: \d\.\d+\n  high: \d\.\d+\n  level: 0\.95\n$", await File.ReadAllTextAsync(next, TestContext.Current.CancellationToken));
        var slice = Path.Combine(_folder, "slice.yaml");
        await Scalelab.Run("allocate", fit, "--flops", "1e21", "--size", "2B", "--size", "1B", "--spec", slice);
        Assert.Contains("grid:\n  isoflop:\n    flops: 1e+21\n    n: [1e+9, 2e+9]\nprediction:\n", await File.ReadAllTextAsync(slice, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal($"error: {next} is there already\n", (await Scalelab.Run("allocate", fit, "--flops", "1e21", "--spec", next)).Error);
    }

    [Fact]
    public async Task Fit_tells_the_exponent_under_every_counting_rule()
    {
        var csv = Path.Combine(_folder, "counted.csv");
        var rows = from i in Enumerable.Range(0, 6)
                   from j in Enumerable.Range(0, 6)
                   let n = 1e7 * Math.Pow(10, i * 0.4)
                   let d = 5e8 * Math.Pow(10, j * 0.4)
                   select FormattableString.Invariant($"{n},{n - (6e3 * Math.Sqrt(n) / 10)},{3e2 * Math.Sqrt(n)},{d},{6 * n * d},{1.7 + (400 / Math.Pow(n, 0.34)) + (410 / Math.Pow(d, 0.28))}\n");
        await File.WriteAllTextAsync(csv, "n,n_non_embedding,n_embedding,d,c,val_loss\n" + string.Concat(rows), TestContext.Current.CancellationToken);
        var (code, output, error) = await Scalelab.Run("fit", csv, "--counting", "--bootstrap", "0");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"\nN counted as +a, C = 6ND .* a, exact FLOPs .*\nn +0\.4516 +0\.4516 +1\.000 .*\nn − n_embedding +0\.\d+ +0\.\d+ .*\nn_non_embedding +0\.\d+", output);
        var json = JsonDocument.Parse((await Scalelab.Run("fit", csv, "--counting", "--bootstrap", "0", "--json")).Output).RootElement.GetProperty("counting");
        Assert.Equal(3, json.GetArrayLength());
        Assert.Equal(0.28 / 0.62, json[0].GetProperty("a_exact").GetDouble(), 1e-6);
        Assert.Contains("no columns n_embedding", (await Scalelab.Run("fit", Runs(), "--counting", "--bootstrap", "0")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allocate_answers_from_a_published_law()
    {
        var json = (await Scalelab.Run("allocate", "--law", "hoffmann", "--flops", "5.76e23", "--json")).Output;
        Assert.Equal(58.93, JsonDocument.Parse(json).RootElement.GetProperty("tokens_per_param").GetDouble(), 0.005);
        var table = (await Scalelab.Run("allocate", "--law", "epoch", "--params", "70B")).Output;
        Assert.Matches(@"parameters N +70B +given", table);
        Assert.Contains("extrapolated: ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allocate_and_frontier_answer_from_a_fit_with_its_intervals()
    {
        var file = Path.Combine(_folder, "fit.json");
        await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--bootstrap", "200", "--out", file);
        var allocation = await Scalelab.Run("allocate", file, "--flops", "1e19");
        Assert.Matches(@"parameters N +\d+M +\d+(\.\d)?M … \d+(\.\d)?M", allocation.Output);
        var frontier = await Scalelab.Run("frontier", file, "--from", "1e18", "--to", "1e20", "--json");
        Assert.Equal([1e18, 1e19, 1e20], JsonDocument.Parse(frontier.Output).RootElement.EnumerateArray().Select(row => Math.Round(row.GetProperty("flops").GetDouble() / 1e18) * 1e18));
        Assert.Equal(1 + 8, (await Scalelab.Run("frontier", file)).Output.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData("fit")]
    [InlineData("frontier")]
    [InlineData("allocate")]
    public async Task Help_ends_in_examples_that_can_be_copied(string verb)
    {
        var help = await Scalelab.Run(verb, "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains($"Examples:\n  scalelab {verb} ", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_shows_how_laws_extrapolate_and_its_fit_allocates()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");
        var fit = await Scalelab.Run("fit", Runs(), "--exclude", "set=bad", "--law", "auto", "--bootstrap", "100", "--out", file);
        Assert.Equal((0, ""), (fit.ExitCode, fit.Error));
        Assert.StartsWith("average: ln L = (1 - w) ln L_chinchilla + w ln L_gamma", fit.Output, StringComparison.Ordinal);
        Assert.Matches(@"fitted to +scored on +chinchilla +gamma", fit.Output);
        var allocation = await Scalelab.Run("allocate", file, "--flops", "1e21");
        Assert.Equal((0, ""), (allocation.ExitCode, allocation.Error));
        Assert.Matches(@"parameters N +\d.* … ", allocation.Output);
    }

    [Theory]
    [InlineData("--law one_variable:d:none --objective lad_log", "one_variable:d:none: L = A/D^alpha", "no frontier: a law of one variable")]
    [InlineData("--law kaplan --objective mse", "kaplan: L = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D", "frontier: N ~ C^")]
    [InlineData("--law gamma --objective asymmetric_mae --factor 3", "gamma: L = E + (A/N^alpha + B/D^beta)^gamma", "certificate: ")]
    public async Task Other_laws_and_objectives_are_fitted_by_name(string options, string first, string also)
    {
        var fit = await Scalelab.Run(["fit", Runs(), "--exclude", "set=bad", "--bootstrap", "0", .. options.Split(' ')]);
        Assert.Equal((0, ""), (fit.ExitCode, fit.Error));
        Assert.StartsWith(first, fit.Output, StringComparison.Ordinal);
        Assert.Contains(also, fit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--law chinchila", "unknown law 'chinchila'; did you mean 'chinchilla'? (known: chinchilla, power, tied, gamma, kaplan, data_constrained, one_variable)")]
    [InlineData("--law average", "average is put together from fits, not fitted; ask for auto")]
    [InlineData("--law one_variable:x", "law 'one_variable:x': expected one_variable[:n|d|c[:none|E]], such as one_variable:d, one_variable:d:none, one_variable:c:1.69")]
    [InlineData("--objective hubber", "unknown objective 'hubber'; did you mean 'huber'? (known: huber_log, lad_log, mse_log, huber, mse, asymmetric_mae)")]
    [InlineData("--factor 0", "--factor '0': expected a number above 0, such as 350k, 1.5M or 1e21")]
    [InlineData("--delta ten", "--delta 'ten': expected a number above 0, such as 350k, 1.5M or 1e21")]
    [InlineData("--delta -1", "--delta '-1': expected a number above 0, such as 350k, 1.5M or 1e21")]
    [InlineData("--level 95", "level must lie between 0 and 1")]
    [InlineData("--resampling wilde", "unknown resampling 'wilde'; did you mean 'wild'? (known: auto, wild, pairs, residual)")]
    [InlineData("--resampling wild --objective asymmetric_mae", "wild resampling turns residuals round, which asymmetric_mae does not treat alike; use pairs")]
    [InlineData("--bootstrap 3", "bootstrap must be 0 (no intervals) or from 100 to 1000000 draws")]
    [InlineData("--where set", "--where 'set': expected COL=VALUE")]
    [InlineData("--n nn", "FILE:1:1: no column 'nn'; did you mean 'n'? (columns: n, d, loss, set)")]
    [InlineData("--loss lost", "FILE:1:1: no column 'lost'; did you mean 'loss'? (columns: n, d, loss, set)")]
    [InlineData("--n set --exclude set=good", "FILE:38:14: set is 'bad'; expected a finite number above 0")]
    public async Task A_bad_option_of_fit_is_one_line(string options, string message)
    {
        var file = Runs();
        await Refuses(message.Replace("FILE", file, StringComparison.Ordinal), ["fit", file, .. options.Split(' ')]);
    }

    [Theory]
    [InlineData("allocate --flops 1e21", "give either a fit.json or --law NAME")]
    [InlineData("allocate fit.json --law epoch --flops 1e21", "give either a fit.json or --law NAME")]
    [InlineData("allocate --law epoch", "give one or two of --flops (or --gpu-hours), --params, --tokens, --loss; not compute and loss together, and --inference-tokens with --loss alone")]
    [InlineData("allocate --law epoch --flops 1e21 --loss 2", "give one or two of --flops (or --gpu-hours), --params, --tokens, --loss; not compute and loss together, and --inference-tokens with --loss alone")]
    [InlineData("allocate --law epoch --flops 1e21 --inference-tokens 1T", "give one or two of --flops (or --gpu-hours), --params, --tokens, --loss; not compute and loss together, and --inference-tokens with --loss alone")]
    [InlineData("allocate --law epoch --gpu-hours 100", "compute is either --flops, or --gpu-hours with --gpu-speed and perhaps --mfu")]
    [InlineData("allocate --law epoch --gpu-hours 100 --gpu-speed 1e14 --mfu 40", "--mfu is a share: at most 1")]
    [InlineData("allocate --law epoch --size 7B", "--size goes with compute alone: --flops or --gpu-hours")]
    [InlineData("allocate --law epoch --flops 1e21 --within 2", "--within is a share between 0 and 1")]
    [InlineData("allocate --law epoch --flops 1e21 --spec next.yaml", "--spec needs the fit.json of a sweep")]
    [InlineData("allocate --law llama_3 --loss 2", "this law says where the optimum lies, and nothing of losses")]
    [InlineData("allocate --law epoc --flops 1e21", "unknown published law 'epoc'; did you mean 'epoch'? (known: kaplan, kaplan_compute, hoffmann_1, hoffmann_2, hoffmann, epoch, muennighoff, deepseek, porian, llama_3)")]
    [InlineData("allocate --law epoch --flops 0", "--flops '0': expected a number above 0, such as 350k, 1.5M or 1e21")]
    [InlineData("allocate --law epoch --loss 1.2", "no compute reaches a loss of 1.2: the law's floor E is 1.81686")]
    [InlineData("allocate nowhere.json --flops 1e21", "nowhere.json: no such file")]
    [InlineData("frontier --law epoch --from 1e21 --to 1e18", "a range of FLOPs runs from a number above 0 to one not below it, with 1 to 100 points per decade")]
    [InlineData("fit nowhere.csv", "nowhere.csv: no such file")]
    public Task A_bad_option_is_one_line(string command, string message) => Refuses(message, command.Split(' '));

    private static async Task Refuses(string message, params string[] args)
    {
        var run = await Scalelab.Run(args);
        Assert.Equal((2, "", $"error: {message}\n"), (run.ExitCode, run.Output, run.Error));
    }

    // A law of Chinchilla's kind under a deterministic ripple, and one row that is not part of it.
    private string Runs()
    {
        var file = Path.Combine(_folder, "runs.csv");
        File.WriteAllLines(file,
        [
            "n,d,loss,set",
            .. from i in Enumerable.Range(0, 36)
               let n = 1e7 * Math.Pow(10, i % 6 * 0.4)
               let d = 5e8 * Math.Pow(10, i / 6 * 0.4)
               let loss = 1.69 + (406.4 / Math.Pow(n, 0.34)) + (410.7 / Math.Pow(d, 0.28)) + (0.005 * Math.Sin(7 * i))
               select string.Create(CultureInfo.InvariantCulture, $"{n},{d},{loss},good"),
            "10000000,1,9,bad",
        ]);
        return file;
    }
}
