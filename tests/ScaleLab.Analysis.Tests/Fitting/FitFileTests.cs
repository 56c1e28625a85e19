using System.Text.Json;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class FitFileTests
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");

    [Fact]
    public void The_names_in_a_fit_are_the_contract()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 31)), ScalingLaw.Of("chinchilla"), new FitOptions { Bootstrap = 100 });
        using var json = JsonDocument.Parse(fit.ToJson());
        var root = json.RootElement;
        Assert.Equal(
            ["format", "law", "objective", "status", "n_observations", "flagged", "flagged_excluded", "without_flagged", "parameters", "identified", "standard_errors", "intervals", "frontier", "allocations", "diagnostics"],
            Names(root));
        Assert.Equal(1, root.GetProperty("format").GetInt32());
        Assert.Equal("converged", root.GetProperty("status").GetString());
        Assert.Equal(["name", "delta", "value"], Names(root.GetProperty("objective")));
        Assert.Equal(["E", "A", "B", "alpha", "beta"], Names(root.GetProperty("parameters")));
        Assert.Equal(["E", "A", "B", "alpha", "beta"], Names(root.GetProperty("identified")));
        Assert.Equal("yes", root.GetProperty("identified").GetProperty("alpha").GetString());
        Assert.Equal(["E", "A", "B", "alpha", "beta", "a", "b"], Names(root.GetProperty("standard_errors")));
        Assert.Equal(["level", "method", "clusters", "E", "A", "B", "alpha", "beta", "a", "b"], Names(root.GetProperty("intervals")));
        Assert.Equal(2, root.GetProperty("intervals").GetProperty("a").GetArrayLength());
        Assert.Equal(["a", "b", "G", "flops_per_nd"], Names(root.GetProperty("frontier")));
        Assert.Equal(6, root.GetProperty("frontier").GetProperty("flops_per_nd").GetDouble());
    }

    [Fact]
    public void A_refused_fit_is_a_fit_file_too()
    {
        ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, 1, 3), ScalingLaw.Of("chinchilla")).Write(_file);
        using var json = JsonDocument.Parse(File.ReadAllText(_file));
        Assert.Equal("refused", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("frontier").ValueKind);
        Assert.Equal("there is no fit", json.RootElement.GetProperty("intervals").GetProperty("refused").GetString());
        var read = FitFile.Read(_file);
        Assert.Equal(FitStatus.Refused, read.Status);
        Assert.Null(read.Surface);
        Assert.StartsWith("3 observations", read.Diagnostics.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fit_survives_its_file()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 32)), ScalingLaw.Of("chinchilla"), new FitOptions { Bootstrap = 500 });
        fit.Write(_file);
        var read = FitFile.Read(_file);
        Assert.Equal(fit.Parameters, read.Parameters);
        Assert.Equal(fit.Frontier, read.Frontier);
        Assert.Equal(fit.Intervals.Bounds, read.Intervals.Bounds);
        Assert.Equal(fit.Surface!.Loss(1e8, 1e10), read.Surface!.Loss(1e8, 1e10));
        Assert.Equal(400, read.Draws.Count);
        Assert.Equal(fit.ToJson(), read.ToJson());
        Assert.False(File.Exists(_file + ".tmp"));
    }

    [Fact]
    public void A_draw_beyond_the_range_of_numbers_stays_out_of_the_file()
    {
        var law = ScalingLaw.Of("chinchilla");
        LossSurface usual = new(law, [1.8, 400, 2000, 0.34, 0.36]), endless = usual with { Parameters = usual.Parameters.SetItem(1, double.PositiveInfinity) };
        Assert.Equal([[.. usual.Parameters]], CompactDraws.Thin([endless, usual]));
    }

    [Theory]
    [InlineData("", ":1:1: not a fit")]
    [InlineData("C,N,D,loss\n", ":1:1: not a fit")]
    [InlineData("null", ":1:1: not a fit")]
    [InlineData("{\"format\": 1}", "not a fit of this version")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ":1:2: not a fit")]
    public void Another_file_is_named_with_line_and_column(string text, string message)
    {
        File.WriteAllText(_file, text);
        var error = Assert.Throws<InputException>(() => FitFile.Read(_file)).Message;
        Assert.StartsWith(_file, error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "format 2 is not known")]
    [InlineData("\"law\": \"chinchilla\"", "\"law\": \"shinchilla\"", "unknown law 'shinchilla'; did you mean 'chinchilla'?")]
    [InlineData("\"alpha\"", "\"gamma\"", "lacks the parameter alpha")]
    [InlineData("\"A\": 4", "\"A\": -4", "A must be above 0")]
    [InlineData("\"draws\": []", "\"draws\": [[1,2]]", "a draw does not have the 5 parameters")]
    [InlineData("\"status\": \"converged\"", "\"status\": \"fine\"", "not a fit of this version")]
    public void A_fit_that_was_edited_wrongly_is_named(string from, string to, string message)
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        File.WriteAllText(_file, fit.ToJson().Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<InputException>(() => FitFile.Read(_file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal("nowhere.json: no such file", Assert.Throws<InputException>(() => FitFile.Read("nowhere.json")).Message);

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_file, "");
        var fit = ParametricFit.Run(Synthetic.Table([]), ScalingLaw.Of("power"));
        Assert.StartsWith("cannot write", Assert.Throws<InputException>(() => fit.Write(Path.Combine(_file, "fit.json"))).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
}
