using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Tests.Execution;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Collection;

public sealed class TablesTests
{
    private const string OnePoint = "grid: {n: [15k], d: [0.5M]}";

    [Fact]
    public async Task Results_have_the_columns_of_the_contract_in_its_order()
    {
        using var sweep = new TestSweep(OnePoint);
        await sweep.RunAsync();
        Assert.Equal(
            "run_key,sweep,model,status,n,n_non_embedding,n_embedding,n_head,d,unique_d,epochs,c,c_6nd,c_spent,budget,width,depth,heads,batch,steps,lr,schedule,seed,trunk,fork_step,train_loss,val_loss,val_loss_se,val_bpb,"
            + "n_decoder,n_predictor,n_projector,n_prototypes,n_total,patch_tokens,probe_error,probe_error_se,probe_error_random,knn_error,knn_error_se,knn_error_random,rankme,lidar,alpha_req,feature_spread,target_std,target_entropy"
            + ",in_context_score,in_context_score_se,late_loss,prefix_matching,prefix_matching_random,copy_score,induction_score,repeat_loss,repeat_loss_first,repeat_accuracy,linear_cosine,linear_cosine_shuffled"
            + ",concept_probe,concept_steering,analogy_accuracy,attention_jaccard,attention_jaccard_random,attention_jaccard_supervised,attention_jaccard_shuffled,attention_ap,attention_ap_random,attention_ap_supervised"
            + ",attention_ap_shuffled,outlier_tokens,token_norm_ratio,token_norm_ratio_random,position_r2,position_r2_random,velocity_r2,velocity_r2_random,loss_floor,regret",
            sweep.Results.Split('\n')[0]);
        Assert.Equal("run_key,step,d,c,lr,train_loss,val_loss,annealed", sweep.Curves.Split('\n')[0]);
        Assert.DoesNotContain('\r', sweep.Results);
        Assert.EndsWith("\n", sweep.Results);
    }

    [Fact]
    public async Task A_sweep_that_has_not_begun_has_tables_with_headers_alone()
    {
        using var sweep = new TestSweep(OnePoint);
        await new SweepSession(sweep.Plan, sweep.Folder, new HastyTime()) { Send = (_, _) => Task.CompletedTask }.RunAsync(() => new SimulatedExecutor(1), _ => sweep.View, _ => { }, TestContext.Current.CancellationToken);
        Assert.Single(sweep.Results.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("run_key,sweep,", sweep.Results);
        Assert.Single(sweep.Curves.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Points_have_rows_and_trunks_have_curves_and_timings_alone()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var results = Csv.Read<ResultRow>(sweep.Folder.ResultsFile);
        var timings = Csv.Read<TimingRow>(sweep.Folder.TimingsFile);
        var curves = Csv.Read<CurveRow>(sweep.Folder.CurvesFile);
        Assert.Equal(6, results.Count);
        Assert.Equal(12, timings.Count);
        Assert.All(results, r => Assert.Equal("ok", r.Status));
        Assert.Equal(results.OrderBy(r => r.N).ThenBy(r => r.D), results);
        Assert.Equal(2, results.Select(r => r.Trunk).Distinct().Count());
        var trunks = timings.Where(t => t.Phase == "trunk").Select(t => t.RunKey).ToHashSet();
        Assert.Equal(6, trunks.Count);
        Assert.All(curves.Where(c => trunks.Contains(c.RunKey)), c => Assert.False(c.Annealed));
        Assert.Equal(6, curves.Count(c => c.Annealed));
        Assert.Equal(sweep.Plan.Bill, timings.Sum(t => t.CSpent), 1e-6 * sweep.Plan.Bill);
    }

    [Fact]
    public async Task Timings_hold_the_finish_against_what_was_foretold()
    {
        using var sweep = new TestSweep();
        var begun = DateTimeOffset.UtcNow.AddSeconds(-2);
        await sweep.RunAsync(() => new SimulatedExecutor(1));
        var timings = Csv.Read<TimingRow>(sweep.Folder.TimingsFile).ToDictionary(t => t.RunKey);
        Assert.All(timings.Values, t => Assert.InRange(Moment(t.Finish), begun, DateTimeOffset.UtcNow));

        // On one slot the last of them is foretold for the sum of all.
        var last = timings.Values.Max(t => Moment(t.PredictedFinish)) - begun;
        var work = TimeSpan.FromSeconds(sweep.Plan.Runs.Sum(r => r.Time.TotalSeconds));
        Assert.InRange(last, work, work + (DateTimeOffset.UtcNow - begun));
        Assert.All(sweep.Plan.Runs.Where(r => r.Parent is not null), r => Assert.True(Moment(timings[r.Key].PredictedFinish) > Moment(timings[r.Parent!].PredictedFinish)));

        static DateTimeOffset Moment(string? text) => DateTimeOffset.ParseExact(text!, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_forecast_is_kept_for_runs_that_are_done_and_renewed_for_the_others()
    {
        using var sweep = new TestSweep();
        var trunks = sweep.Plan.Runs.Where(r => !r.IsPoint).Select(r => r.Key).ToHashSet();
        await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => trunks.Contains(spec.Key) ? null : new RunFailure { Class = FailureClass.Permanent, Message = "not yet" }));
        var ancient = Forecast.Read(sweep.Folder).Finish.ToDictionary(f => f.Key, _ => DateTimeOffset.UnixEpoch);
        File.WriteAllBytes(sweep.Folder.ForecastFile, JsonSerializer.SerializeToUtf8Bytes(new Forecast { Finish = ancient }, OrchestratorJson.Default.Forecast));
        await sweep.RunAsync();
        Assert.All(Forecast.Read(sweep.Folder).Finish, f => Assert.Equal(trunks.Contains(f.Key), f.Value == DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task What_a_stale_attempt_writes_late_is_not_read()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync(() => new SimulatedExecutor(1));
        var (results, curves) = (sweep.Results, sweep.Curves);
        foreach (var run in sweep.Plan.Runs)
        {
            var folder = sweep.Folder.Run(run.Key);
            var stale = folder.ClaimAttempt();
            stale.Publish(new RestorePoint(run.Spec.Training.StartStep, null));
            File.WriteAllText(stale.CurveFile, $"run_key,step,d,c,lr,train_loss,val_loss,annealed\n{run.Key},{run.Spec.Training.EndStep},1,1,1,99,99,1\n{run.Key},1");
            Assert.False(folder.Publish(folder.ReadResult()! with { Attempt = stale.Number, ValLoss = 99 }));
        }

        await sweep.RunAsync();
        Assert.Equal((results, curves), (sweep.Results, sweep.Curves));
    }

    [Fact]
    public async Task A_report_of_other_results_goes_whatever_the_clocks_say()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        File.WriteAllText(sweep.Folder.ReportFile, "of two sizes");
        File.SetLastWriteTimeUtc(sweep.Folder.ReportFile, new DateTime(2199, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await sweep.RunAsync();
        Assert.True(File.Exists(sweep.Folder.ReportFile));
        sweep.Plan = Sample.Plan(TestSweep.SixPoints.Replace("43k", "43k, 133k", StringComparison.Ordinal));
        await sweep.RunAsync();
        Assert.False(File.Exists(sweep.Folder.ReportFile));
    }

    [Fact]
    public async Task A_row_says_what_the_plan_said()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var rows = Csv.Read<ResultRow>(sweep.Folder.ResultsFile).ToDictionary(r => r.RunKey);
        foreach (var run in sweep.Plan.Runs.Where(r => r.IsPoint))
        {
            var (row, training) = (rows[run.Key], run.Spec.Training);
            Assert.Equal((training.Model.Parameters.Total, training.D, run.C, run.CSpent), (row.N, row.D, row.C, row.CSpent));
            Assert.Equal(row.N, row.NNonEmbedding + row.NEmbedding + row.NHead);
            Assert.Equal(6.0 * row.N * row.D, row.C6nd);
            Assert.Equal((training.StartStep, training.EndStep, run.Exposure.UniqueD), (row.ForkStep, row.Steps, row.UniqueD));
        }
    }

    [Fact]
    public async Task Collecting_from_the_files_alone_gives_the_same_bytes()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var before = (sweep.Results, sweep.Curves, Timings: File.ReadAllText(sweep.Folder.TimingsFile));
        File.Delete(sweep.Folder.ResultsFile);
        File.Delete(sweep.Folder.CurvesFile);
        File.Delete(sweep.Folder.TimingsFile);
        Collector.Collect(sweep.Folder, PlanFile.Read(sweep.Folder));
        Assert.Equal(before.Results, sweep.Results);
        Assert.Equal(before.Curves, sweep.Curves);
        Assert.Equal(before.Timings, File.ReadAllText(sweep.Folder.TimingsFile));
    }

    [Fact]
    public async Task A_table_that_would_not_change_is_not_written()
    {
        using var sweep = new TestSweep(OnePoint);
        await sweep.RunAsync();
        var written = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(sweep.Folder.ResultsFile, written);
        await sweep.RunAsync();
        Assert.Equal(written, File.GetLastWriteTimeUtc(sweep.Folder.ResultsFile));
    }

    [Fact]
    public async Task A_failed_point_has_a_row_without_losses()
    {
        using var sweep = new TestSweep(OnePoint);
        await sweep.RunAsync(() => new ScriptedExecutor((_, _) => new RunFailure { Class = FailureClass.Permanent, Message = "no such corpus" }));
        var row = Assert.Single(Csv.Read<ResultRow>(sweep.Folder.ResultsFile));
        Assert.Equal(("failed", null, null), (row.Status, row.TrainLoss, row.ValLoss));
        Assert.Contains("failed", File.ReadAllText(sweep.Folder.TimingsFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_attempt_that_writes_late_is_not_read()
    {
        using var sweep = new TestSweep(OnePoint);
        await sweep.RunAsync();
        var before = (sweep.Results, sweep.Curves);
        foreach (var run in sweep.Plan.Runs)
        {
            var stale = sweep.Folder.Run(run.Key).ClaimAttempt();
            File.WriteAllText(stale.CurveFile, "run_key,step,d,c,lr,train_loss,val_loss,annealed\nx,1,1,1,1,9.9,,0\n");
            Assert.False(sweep.Folder.Run(run.Key).Publish(new RunResult
            {
                Key = run.Key,
                Status = RunStatus.Ok,
                Attempt = stale.Number,
                Step = 1,
                TrainLoss = 9.9,
                Machine = new RunMachine { Host = "", Device = "simulated", Libtorch = "", Build = "" },
            }));
        }

        Collector.Collect(sweep.Folder, sweep.Plan.Runs);
        Assert.Equal(before, (sweep.Results, sweep.Curves));
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("/etc")]
    [InlineData(".hidden")]
    [InlineData("")]
    public async Task A_run_key_cannot_lead_out_of_the_folder(string key)
    {
        using var sweep = new TestSweep(OnePoint);
        await sweep.RunAsync();
        var plan = File.ReadAllText(sweep.Folder.PlanFile);
        File.WriteAllText(sweep.Folder.PlanFile, plan.Replace(sweep.Plan.Runs[0].Key, key, StringComparison.Ordinal));
        Assert.Throws<Contracts.InputException>(() => PlanFile.Read(sweep.Folder));
    }
}
