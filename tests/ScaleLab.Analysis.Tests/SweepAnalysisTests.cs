using System.Globalization;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests;

public sealed class SweepAnalysisTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void A_sweep_gets_the_fit_of_its_law_and_of_the_others_as_the_same_bytes_each_time()
    {
        var csv = Results(6);
        var (first, second) = (Path.Combine(_folder, "1"), Path.Combine(_folder, "2"));
        var paths = SweepAnalysis.Run(csv).Write(first);
        SweepAnalysis.Run(csv).Write(second);
        Assert.Equal(["fit.json", Path.Combine("fits", "power.json"), Path.Combine("fits", "gamma.json")], paths.Select(p => Path.GetRelativePath(first, p)));
        Assert.All(paths, path => Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(path.Replace(first, second, StringComparison.Ordinal))));
        Assert.Equal(["chinchilla", "power", "gamma"], paths.Select(p => FitFile.Read(p).Law));
    }

    [Fact]
    public void The_law_that_was_asked_for_is_fit_json()
    {
        var analysis = SweepAnalysis.Run(Results(6), "power");
        Assert.Equal("power", analysis.Fit.Law);
        Assert.Equal(["chinchilla", "gamma"], analysis.Others.Select(other => other.Law));
    }

    [Fact]
    public void More_laws_and_the_average_are_fitted_where_the_sweep_names_them()
    {
        var analysis = SweepAnalysis.Run(Results(6), "auto", ["kaplan", "chinchilla"], options: Synthetic.NoBootstrap);
        Assert.Equal("average", analysis.Fit.Law);
        Assert.Equal(["chinchilla", "power", "gamma", "kaplan"], analysis.Others.Select(other => other.Law));
        Assert.Same(analysis.Fit.LawChoice, analysis.Choice);
        Assert.Equal("average", FitFile.Read(analysis.Write(_folder)[0]).Law);
    }

    [Fact]
    public void A_sweep_that_supports_no_law_ends_with_refusals_and_no_error()
    {
        var analysis = SweepAnalysis.Run(Results(1));
        Assert.All([analysis.Fit, .. analysis.Others], fit => Assert.Equal(FitStatus.Refused, fit.Status));
        analysis.Write(_folder);
        Assert.Equal(FitStatus.Refused, FitFile.Read(Path.Combine(_folder, "fit.json")).Status);
    }

    [Fact]
    public void An_unknown_law_is_an_error_before_anything_is_read() =>
        Assert.StartsWith("unknown law 'kaplann'", Assert.Throws<InputException>(() => SweepAnalysis.Run("nowhere.csv", "kaplann")).Message, StringComparison.Ordinal);

    private string Results(int sizes)
    {
        var file = Path.Combine(_folder, $"results{sizes}.csv");
        File.WriteAllLines(file, Synthetic.Grid(Synthetic.Chinchilla, sizes, 4, noise: Fitting.RecoveryTests.Noise(0.003, 41)).Observations
            .Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Run},ok,{o.N},{o.D},{o.C},{o.Run.Split('-')[0]},0,{o.Loss}"))
            .Prepend("run_key,status,n,d,c,trunk,seed,val_loss"));
        return file;
    }
}
