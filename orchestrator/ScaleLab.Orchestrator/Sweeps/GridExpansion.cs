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
    // Of a factor of two, by logarithm: the centre of an isoFLOP curve within 0.1 %.
    private const int Halvings = 10;

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
                : Around(isoflop, Centre(isoflop, flops, $"grid.isoflop.flops[{f}]")).Select(n => Afford(flops, n, $"grid.isoflop.flops[{f}]", $"grid.isoflop.flops[{f}]")));
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

        // The N whose D = centre · N costs the budget. For text C = 6ND is near enough: each point's D comes from its exact FLOPs.
        // An image costs as much as its patches in all its views: there the exact FLOPs are asked, by bisection.
        double Centre(IsoflopSpec isoflop, double flops, string path)
        {
            var (low, high) = (Math.Sqrt(flops / (6 * isoflop.Centre)), double.PositiveInfinity);
            if (corpus.Images is null)
            {
                return low;
            }

            while (Cost(low) > flops)
            {
                (low, high) = (low / 2, low);
            }

            for (var i = 0; i < Halvings && high < double.PositiveInfinity; i++)
            {
                var middle = Math.Sqrt(low * high);
                (low, high) = Cost(middle) > flops ? (low, middle) : (middle, high);
            }

            return low;

            // Shapes come in steps; between them the cost of a unit grows as N.
            double Cost(double n)
            {
                var shape = Solve(n, path);
                return shape.SetupFlops + (shape.TrainingFlopsPerUnit * n / shape.Parameters.Total * isoflop.Centre * n);
            }
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

    private static IEnumerable<double> Around(IsoflopSpec isoflop, double centre)
    {
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
