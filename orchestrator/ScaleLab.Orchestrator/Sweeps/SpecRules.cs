using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>What must hold between the keys of a spec.</summary>
internal static class SpecRules
{
    private const int MostPoints = 20_000;

    public static void Check(SweepFile sweep)
    {
        CheckGrid(sweep, sweep.Spec.Grid);
        CheckTrain(sweep, sweep.Spec);
        CheckData(sweep, sweep.Spec.Data);
        CheckMetrics(sweep, sweep.Spec);
        foreach (var (i, extra) in sweep.Spec.Slurm.Extra.Index())
        {
            if (SbatchScript.Problem(extra) is { } problem)
            {
                throw sweep.Error(FormattableString.Invariant($"slurm.extra[{i}]"), $"'{extra.Split('=')[0]}' {problem}");
            }
        }
    }

    private static void CheckGrid(SweepFile sweep, GridSpec grid)
    {
        string[] kinds = ["d", "tokens_per_param", "isoflop", "design"];
        kinds = Array.FindAll(kinds, k => sweep.Has($"grid.{k}"));
        switch (kinds)
        {
            case []:
                throw sweep.Error("grid", "'grid' needs 'd', 'tokens_per_param', 'isoflop' or 'design'");
            case [_, var second, ..]:
                throw sweep.Error($"grid.{second}", $"'{second}' cannot stand beside '{kinds[0]}'");
            case ["isoflop"] when grid.N is not null:
                throw sweep.Error("grid.n", "'n' stands inside 'isoflop' there: each size gets the D its budget affords");
            case ["isoflop"] when grid.Isoflop is not { } isoflop || (isoflop.N is null) == (isoflop.Points is null):
                throw sweep.Error("grid.isoflop", "'isoflop' needs either 'n' or 'points'");
            case ["design"] when grid.N is not null:
                throw sweep.Error("grid.n", "'design' chooses the sizes; how many and how far apart is said there");
            case ["d" or "tokens_per_param"] when grid.N is null:
                throw sweep.Error("grid", $"'grid' needs 'n' beside '{kinds[0]}'");
        }

        if (grid is { Seed: not null, Seeds: not null })
        {
            throw sweep.Error("grid.seeds", "'seeds' cannot stand beside 'seed'");
        }

        var train = sweep.Spec.Grid.Axes?.FirstOrDefault(a => sweep.Has($"train.{a.Key}")).Key;
        if (train is not null)
        {
            throw sweep.Error($"grid.{train}", $"'{train}' stands under 'train' too");
        }

        var points = GridExpansion.Count(grid);
        if (points > MostPoints)
        {
            throw sweep.Error("grid", $"the grid has {points:0} points; at most {MostPoints}");
        }
    }

    private static void CheckTrain(SweepFile sweep, SweepSpec spec)
    {
        var wsd = Recipe.Of(spec).Kind(spec.Train) == ScheduleKind.Wsd;
        Refuse(wsd, "warmup_share", "depends on the final D, but under wsd one trunk serves every D and cannot know it; write 'warmup' in tokens, or 'schedule: cosine'");
        Refuse(wsd, "floor", "belongs to 'schedule: cosine'; under wsd the rate falls to 0");
        Refuse(!wsd, "cooldown", "belongs to 'schedule: wsd'");
        Refuse(!wsd, "cooldown_shape", "belongs to 'schedule: wsd'");
        Refuse(sweep.Has(sweep.RulePath("warmup")), "warmup_share", "cannot stand beside 'warmup'");
        var lars = spec.Train.Optimizer == OptimizerKind.Lars;
        foreach (var key in (string[])["base_width", "vector_lr", "beta2", "epsilon", "clip"])
        {
            Refuse(lars, key, "belongs to 'optimizer: adamw'");
        }

        if (lars && !sweep.Has(sweep.RulePath("lr")))
        {
            throw sweep.Error("train.optimizer", "'optimizer: lars' needs 'lr' beside it: the rate of AdamW does not serve");
        }

        var vision = !Recipe.Of(spec).Ramps;
        foreach (var key in (string[])["batch_ramp", "batch_ramp_from", "batch_max"])
        {
            Refuse(vision, key, $"belongs to language models: the losses of '{spec.Model}' depend on the batch, so a sweep has one");
        }

        if (vision && sweep.Has("grid.batch"))
        {
            throw sweep.Error("grid.batch", $"'batch' is no axis here: the losses of '{spec.Model}' depend on the batch, so a sweep has one; write it under 'train'");
        }

        void Refuse(bool condition, string key, string reason)
        {
            if (condition && sweep.Has(sweep.RulePath(key)))
            {
                throw sweep.Error(sweep.RulePath(key), $"'{key}' {reason}");
            }
        }
    }

    private static void CheckData(SweepFile sweep, DataSpec data)
    {
        try
        {
            data.Validate();
        }
        catch (InputException e)
        {
            // It names the key in quotes where there is one.
            var key = e.Message.Split('\'') is [_, var quoted, ..] && sweep.Has($"data.{quoted}") ? $"data.{quoted}" : "data";
            throw sweep.Error(key, e.Message["data: ".Length..]);
        }
    }

    private static void CheckMetrics(SweepFile sweep, SweepSpec spec)
    {
        var (evaluation, language) = (spec.Evaluation, spec.Model == LanguageModelShape.FamilyName);
        foreach (var metric in evaluation.Metrics ?? [])
        {
            var (name, of) = (JsonNamingPolicy.SnakeCaseLower.ConvertName(metric.ToString()), metric is MetricName.InContext or MetricName.Induction or MetricName.LinearRepresentation);
            var obstacle = of != language ? $"is measured on {(of ? "language models" : "vision models")}, and '{spec.Model}' is none"
                : metric == MetricName.AttentionSegmentation && spec.Data.Source is not (DataSource.ShapeLeaves or DataSource.MovingShapes) ? "needs the masks of 'source: shape-leaves' or 'moving-shapes'"
                : metric == MetricName.Physics && spec.Data.Source != DataSource.MovingShapes ? "needs the motion of 'source: moving-shapes'"
                : !language && evaluation.ProbeImages == 0 ? "needs 'probe_images'"
                : null;
            if (obstacle is not null)
            {
                throw sweep.Error("evaluation.metrics", $"'{name}' {obstacle}");
            }
        }

        if (evaluation.Pairs is { } pairs && !evaluation.Measures(MetricName.LinearRepresentation))
        {
            throw sweep.Error("evaluation.pairs", "'pairs' belongs to the metric 'linear_representation'");
        }

        foreach (var (i, line) in (evaluation.Pairs ?? []).Index())
        {
            try
            {
                Concept.Parse(line);
            }
            catch (InputException e)
            {
                throw sweep.Error(FormattableString.Invariant($"evaluation.pairs[{i}]"), e.Message);
            }
        }
    }
}
