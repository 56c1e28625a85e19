using System.Text.Json;
using System.Text.Json.Nodes;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>One wanted point of a sweep, before batches and steps are known.</summary>
internal sealed record GridPoint
{
    public required ModelShape Shape { get; init; }

    public required double TargetN { get; init; }

    /// <summary>Wanted D.</summary>
    public required double TargetD { get; init; }

    /// <summary>The value of the spec that decided <see cref="TargetD"/>, for errors: <c>grid.d[2]</c>.</summary>
    public required string Source { get; init; }

    public double? Budget { get; init; }

    public required TrainSpec Train { get; init; }
}

/// <summary>Multiplies out the axes of a grid.</summary>
internal static class GridExpansion
{
    /// <summary>The number of combinations, before anything is expanded.</summary>
    public static double Count(GridSpec grid)
    {
        var sizes = grid.Design is { } design ? (double)design.Sizes * design.Amounts
            : grid.Isoflop is { } isoflop
            ? (double)isoflop.Flops.Length * (isoflop.N?.Length ?? isoflop.Points ?? 0)
            : (double)(grid.N?.Length ?? 0) * (grid.D?.Length ?? grid.TokensPerParam?.Length ?? 0);
        return (grid.Axes ?? []).Aggregate(sizes * Seeds(grid).Count, (n, axis) => n * axis.Value!.AsArray().Count);
    }

    /// <summary>Every point once, whatever the seeds.</summary>
    public static IEnumerable<GridPoint> Points(SweepFile sweep, CorpusInfo corpus)
    {
        var trains = Trains(sweep.Spec).ToList();
        return from point in Sizes(sweep, sweep.Spec.Grid, corpus)
               from train in trains
               select point with { Train = train };
    }

    public static IReadOnlyList<int> Seeds(GridSpec grid) => [.. grid.Seed ?? Enumerable.Range(0, grid.Seeds ?? 1)];

    private static IEnumerable<GridPoint> Sizes(SweepFile sweep, GridSpec grid, CorpusInfo corpus)
    {
        if (grid.Isoflop is { } isoflop)
        {
            return isoflop.Flops.SelectMany((flops, f) => isoflop.N is { } sizes
                ? sizes.Select((n, i) => Afford(flops, n, $"grid.isoflop.flops[{f}]", $"grid.isoflop.n[{i}]"))
                : Around(isoflop, flops).Select(n => Afford(flops, n, $"grid.isoflop.flops[{f}]", $"grid.isoflop.flops[{f}]")));
        }

        return grid.N!.SelectMany((n, i) =>
        {
            var shape = Solve(n, $"grid.n[{i}]");
            return grid.D is { } wanted
                ? wanted.Select((d, j) => Point(shape, n, d, $"grid.d[{j}]"))
                : grid.TokensPerParam!.Select((ratio, j) => Point(shape, n, ratio * shape.Parameters.Total, $"grid.tokens_per_param[{j}]"));
        });

        GridPoint Afford(double flops, double n, string source, string size)
        {
            var shape = Solve(n, size);
            return Point(shape, n, (flops - shape.SetupFlops) / shape.TrainingFlopsPerUnit, source) with { Budget = flops };
        }

        ModelShape Solve(double n, string path)
        {
            try
            {
                var shape = sweep.Spec.Family.Solve(n, sweep.Spec.ModelOptions, corpus);
                return shape.AtBatch(Recipe.Of(sweep.Spec).BatchOf(shape, sweep.Spec.Train).Initial);
            }
            catch (InputException e)
            {
                throw sweep.Error(path, e.Message);
            }
        }

        GridPoint Point(ModelShape shape, double n, double d, string source) =>
            new() { Shape = shape, TargetN = n, TargetD = d, Source = source, Train = sweep.Spec.Train };
    }

    // C = 6ND is near enough to say where the middle is; each point's D then comes from its exact FLOPs.
    private static IEnumerable<double> Around(IsoflopSpec isoflop, double flops)
    {
        var centre = Math.Sqrt(flops / (6 * isoflop.Centre));
        var points = isoflop.Points!.Value;
        return Enumerable.Range(0, points).Select(i => centre * Math.Pow(isoflop.Spread, (2.0 * i / (points - 1)) - 1));
    }

    // An axis is a value of `train` that changes: so each combination is `train` with those values put in.
    private static IEnumerable<TrainSpec> Trains(SweepSpec spec)
    {
        IEnumerable<JsonObject> combinations = [JsonSerializer.SerializeToNode(spec.Train, SweepJson.Default.TrainSpec)!.AsObject()];
        foreach (var (name, values) in spec.Grid.Axes ?? [])
        {
            combinations = [.. combinations.SelectMany(c => values!.AsArray().Select(v => With(c, name, v!)))];
        }

        return combinations.Select(c => c.Deserialize(SweepJson.Default.TrainSpec)!);

        static JsonObject With(JsonObject train, string name, JsonNode value)
        {
            var changed = train.DeepClone().AsObject();
            changed[name] = value.DeepClone();
            return changed;
        }
    }
}
