namespace ScaleLab.Cli.Tests.Commands;

public sealed class FigureCommandTests : IDisposable
{
    private static readonly string[] Figures = ["loss-against-compute", "isoflop", "compute-optimal", "loss-contours", "parity", "profiles", "bootstrap-cloud", "holdout-errors"];

    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Plot_draws_anyones_csv_beside_it_and_prints_the_files()
    {
        var csv = Csv("params", "tokens");
        var (code, output, error) = await Scalelab.Run("plot", csv);
        Assert.Equal((0, ""), (code, error));
        var files = Figures.Select(f => Path.Combine(_folder, "figures", f + ".svg")).ToList();
        Assert.Equal(files, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(files, f => Assert.All(["svg", "png", "pdf"], format => Assert.True(new FileInfo(Path.ChangeExtension(f, format)).Length > 1000, $"{f} {format}")));
    }

    [Fact]
    public async Task Plot_takes_other_columns_and_another_folder()
    {
        var folder = Path.Combine(_folder, "elsewhere");
        var (code, _, error) = await Scalelab.Run("plot", Csv("weights", "bytes"), "--n", "weights", "--d", "bytes", "--out", folder);
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(24, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task Columns_of_a_folder_are_not_for_plot_to_choose()
    {
        var (code, _, error) = await Scalelab.Run("plot", _folder, "--loss", "probe_error");
        Assert.Equal((2, "error: --loss is for a CSV; a sweep's folder is drawn from the fit that lies in it: draw its results.csv instead\n"), (code, error));
    }

    [Fact]
    public async Task Plot_draws_for_paper_in_the_formats_that_are_asked_for()
    {
        var (code, output, error) = await Scalelab.Run("plot", Csv("params", "tokens"), "--size", "page", "--style", "paper", "--format", "pdf");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(Figures.Select(f => Path.Combine(_folder, "figures", f + ".pdf")), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(Directory.GetFiles(Path.Combine(_folder, "figures")), f => Assert.EndsWith(".pdf", f));
    }

    [Theory]
    [InlineData("latex", "\\toprule")]
    [InlineData("markdown", "| ---: |")]
    public async Task Fit_prints_tables_for_a_paper(string format, string expected)
    {
        var (code, output, error) = await Scalelab.Run("fit", Csv("params", "tokens"), "--approach", "all", "--format", format);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_rebuilds_a_page_from_a_sweeps_folder_and_says_how()
    {
        File.WriteAllText(Path.Combine(_folder, "results.csv"), Results);
        var (code, output, error) = await Scalelab.Run("report", _folder);
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(Path.Combine(_folder, "report.html"), output.Split('\n')[0]);
        var page = File.ReadAllText(Path.Combine(_folder, "report.html"));
        Assert.Contains($"<dd>scalelab report {_folder}</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>tiny</h1>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plot")]
    [InlineData("plot", "missing.csv")]
    [InlineData("plot", ".")]
    [InlineData("plot", ".", "--width", "3")]
    [InlineData("plot", ".", "--size", "huge")]
    [InlineData("plot", ".", "--format", "gif")]
    [InlineData("fit", "missing.csv", "--format", "word")]
    [InlineData("report")]
    [InlineData("report", ".")]
    [InlineData("report", "missing")]
    public async Task What_cannot_be_drawn_is_one_line_and_exit_code_2(params string[] args)
    {
        var (code, output, error) = await Scalelab.Run([.. args.Select(a => a is "." or "missing" or "missing.csv" ? Path.Combine(_folder, a) : a)]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Results => """
        run_key,sweep,model,status,n,n_non_embedding,n_embedding,n_head,d,unique_d,epochs,c,c_6nd,cspent,c_spent,budget,width,depth,heads,batch,steps,lr,schedule,seed,trunk,fork_step,train_loss,val_loss,val_loss_se,val_bpb,n_decoder,n_predictor,n_projector,n_prototypes,n_total,patch_tokens,probe_error,probe_error_se,probe_error_random,knn_error,knn_error_se,knn_error_random,rankme,lidar,alpha_req,feature_spread,target_std,target_entropy
        a,tiny,lm,ok,1000,900,100,0,2000,2000,1,1.2e7,1.2e7,1.2e7,1.2e7,,8,1,1,10,200,0.01,cosine,0,,,3.1,3.2,0.01,4.6,,,,,,,,,,,,,,,,,,
        b,tiny,lm,diverged,1000,900,100,0,4000,4000,1,2.4e7,2.4e7,2.4e7,2.4e7,,8,1,1,10,400,0.01,cosine,0,,,,,,,,,,,,,,,,,,,,,,,,

        """;

    private string Csv(string n, string d)
    {
        var file = Path.Combine(_folder, "runs.csv");
        var rows = Enumerable.Range(0, 16)
            .Select(i => (N: 1e6 * Math.Pow(3, i / 4), D: 1e8 * Math.Pow(3, i % 4)))
            .Select((r, i) => FormattableString.Invariant($"{r.N},{r.D},{1.8 + (400 / Math.Pow(r.N, .34)) + (2000 / Math.Pow(r.D, .37)) + (.005 * Math.Sin(7 * i))}\n"));
        File.WriteAllText(file, $"{n},{d},loss\n{string.Concat(rows)}");
        return file;
    }
}
