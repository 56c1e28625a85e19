using System.Text;
using ScaleLab.Analysis.Data;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Data;

public sealed class ObservationFileTests
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "runs.csv");

    [Theory]
    [InlineData("C,N,D,loss\n6e18,1e9,1e9,2.5\n")]
    [InlineData("params,tokens,loss\n1e9,1e9,2.5\n")]
    [InlineData("N,D,val_loss\n1B,1000M,2.5\n")]
    [InlineData("flops,n,loss\n6e18,1_000_000_000,2.5\n")]
    [InlineData("Compute,Tokens,Loss\n6e18,1G,2.5\n")]
    [InlineData("N;D;loss\n1e9;1e9;2.5\n")]
    [InlineData("N\tD\tloss\n1e9\t1e9\t2.5\n")]
    [InlineData("\uFEFFN,D,loss\r\n\r\n1e9,1e9,2.5\r\n\r\n")]
    [InlineData("N, D, loss\n 1e9, 1e9 , 2.5")]
    [InlineData("note,N,D,loss,more\n\"a, \"\"b\"\"\nc\",\"1e9\",1e9,2.5,\n")]
    [InlineData("N,D,loss\n1e9,1e9,2.5,,\n")]
    public void Csvs_as_people_write_them_are_read(string text)
    {
        var o = Assert.Single(Read(text).Observations);
        Synthetic.Close(1e9, o.N, 1e-15);
        Synthetic.Close(1e9, o.D, 1e-15);
        Synthetic.Close(6e18, o.C, 1e-15);
        Assert.Equal(2.5, o.Loss);
    }

    [Fact]
    public void A_score_that_rises_is_taken_from_what_it_rises_to()
    {
        var table = Read("N,D,accuracy,1-x\n1e9,1e9,0.25,7\n", new ColumnOptions { Loss = "1-accuracy" });
        Assert.Equal(0.75, Assert.Single(table.Observations).Loss);
        Assert.Contains("loss = 1-accuracy", table.Columns, StringComparison.Ordinal);
        Assert.Equal(7, Assert.Single(Read("N,D,accuracy,1-x\n1e9,1e9,0.25,7\n", new ColumnOptions { Loss = "1-x" }).Observations).Loss);
        Assert.Equal(1.5, Assert.Single(Read("N,D,gain\n1e9,1e9,-1.5\n", new ColumnOptions { Loss = "0-gain" }).Observations).Loss);
        Assert.EndsWith("1-accuracy is '1 − 1'; expected a finite number above 0", Assert.Throws<InputException>(() => Read("N,D,accuracy\n1e9,1e9,1\n", new ColumnOptions { Loss = "1-accuracy" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_results_csv_is_read_with_its_trunks_as_clusters_and_only_the_runs_that_ended_well()
    {
        var table = Read("""
            run_key,sweep,model,status,n,n_non_embedding,n_embedding,n_head,d,unique_d,epochs,c,c_6nd,c_spent,budget,seed,trunk,val_loss,val_bpb
            lm-a,quick,lm,ok,43000,30000,13000,0,500000,500000,1,1.5e11,1.29e11,1e11,,0,lm-t1,2.9,4.1
            lm-b,quick,lm,ok,43000,30000,13000,0,1000000,1000000,1,3e11,2.58e11,1e11,1e12,0,lm-t1,2.7,3.9
            lm-c,quick,lm,diverged,43000,30000,13000,0,2000000,2000000,1,6e11,5.16e11,1e11,,0,lm-t1,,
            lm-d,quick,lm,ok,43000,30000,13000,0,500000,500000,1,1.5e11,1.29e11,1e11,,1,,2.95,4.2
            """);
        Assert.Equal("trunk+seed", table.ClusterRule);
        Assert.Equal(["lm-t1+0", "lm-t1+0", null], table.Observations.Select(o => o.Cluster));
        Assert.Equal(new LeftOutRow("lm-c", 4, "status diverged"), Assert.Single(table.LeftOut));
        Assert.Equal(
            new Observation("lm-b", 43000, 1e6, 3e11, 2.7) { Cluster = "lm-t1+0", Budget = 1e12, Seed = "0", UniqueD = 1e6, Line = 3, NNonEmbedding = 30000, NEmbedding = 13000 },
            table.Observations[1]);
    }

    [Fact]
    public void Another_status_enters_when_it_is_asked_for()
    {
        const string Text = "N,D,loss,status\n1,1,3,ok\n1,2,9,diverged\n";
        Assert.Equal([3.0], Read(Text).Observations.Select(o => o.Loss));
        Assert.Equal([3.0, 9.0], Read(Text, new ColumnOptions { Where = ["status=ok", "status=diverged"] }).Observations.Select(o => o.Loss));
    }

    [Fact]
    public void A_table_of_runs_that_weights_and_biases_exports_is_read_by_its_own_names()
    {
        var table = Read("""
            "Name","State","Notes","Created","Runtime","Sweep","config.lr","model.n_params","train_tokens","_step","eval/loss"
            "warm-sun-1","finished","","2026-01-05T10:00:00.000Z","3600","","0.001","1.5e8","3e9","9155","2.91"
            "calm-sea-2","crashed","","2026-01-05T11:00:00.000Z","10","","0.002","1.5e8","3e9","12",""
            "blue-elk-3","running","","2026-01-05T12:00:00.000Z","10","","0.002","1.5e8","3e9","12","7.1"
            "slow-fox-4","finished","","2026-01-05T13:00:00.000Z","3700","","0.002","1.5e8","","9155","2.93"
            """);
        var run = Assert.Single(table.Observations);
        Assert.Equal(("warm-sun-1", 1.5e8, 3e9, 2.91, 0.001), (run.Run, run.N, run.D, run.Loss, run.LearningRate));
        Assert.Equal(["state crashed", "state running", "train_tokens is empty"], table.LeftOut.Select(l => l.Reason));
        Assert.Equal("N = model.n_params, D = train_tokens, loss = eval/loss", table.Columns);
    }

    [Theory]
    [InlineData("N,D,loss\n1,1,\n1,1,3\n", "loss is empty")]
    [InlineData("N,D,loss\n1,,3\n1,1,3\n", "D is empty")]
    [InlineData("C,N,loss\n1,,3\n6,1,3\n", "N is empty")]
    [InlineData("C,D,N,loss\n1,,,3\n6,1,,3\n", "N is empty")]
    [InlineData("N,D,loss\n,,\n1,1,3\n", "loss is empty")]
    public void A_row_with_a_blank_cell_that_nothing_else_tells_is_left_out_with_the_reason(string text, string reason)
    {
        var table = Read(text);
        Assert.Equal(new LeftOutRow("line 2", 2, reason), Assert.Single(table.LeftOut));
        Assert.Equal((1.0, 1.0, 6.0), Assert.Single(table.Observations) is var o ? (o.N, o.D, o.C) : default);
    }

    // A column of that name may hold what the corpus has.
    [Fact]
    public void No_run_sees_more_different_tokens_than_it_sees_tokens()
    {
        var table = Read("n,d,loss,unique_d\n100,1000,3,9000\n100,1000,3,500\n");
        Assert.Equal([1000.0, 500], table.Observations.Select(o => o.Scale.UniqueD));
    }

    [Fact]
    public void Another_rule_of_counting_N_is_a_column_name()
    {
        var table = Read("n,n_non_embedding,d,c_6nd,loss\n100,60,1000,600000,3\n", new ColumnOptions { N = "n_non_embedding" });
        Assert.Equal(60, table.Observations[0].N);
    }

    [Fact]
    public void Where_takes_alternatives_of_one_column_and_all_of_several()
    {
        const string Text = "N,D,loss,lr,set\n1,1,1,1e-3,a\n1,1,2,0.002,a\n1,1,3,0.003,a\n1,1,4,0.001,b\n";
        var table = Read(Text, new ColumnOptions { Where = ["lr=0.001", "lr=2e-3", "set=a"] });
        Assert.Equal([1.0, 2.0], table.Observations.Select(o => o.Loss));
        Assert.Equal(["not lr=0.001 or lr=2e-3", "not set=a"], table.LeftOut.Select(l => l.Reason));
    }

    [Fact]
    public void Excluded_rows_are_not_even_parsed()
    {
        var table = Read("N,D,loss,set\n1,1,nan,bad\n1,1,,good\n1,1,2,good\n", new ColumnOptions { Exclude = ["set=bad", "loss="] });
        Assert.Equal([2.0], table.Observations.Select(o => o.Loss));
        Assert.Equal(["set=bad", "loss="], table.LeftOut.Select(l => l.Reason));
    }

    [Fact]
    public void The_best_learning_rate_is_chosen_for_each_size_length_and_seed()
    {
        const string Text = "N,D,loss,lr,seed\n1,1,3.0,0.1,0\n1,1,2.9,0.2,0\n1,1,3.1,0.4,0\n1,1,2.8,0.1,1\n2,1,2.7,0.4,0\n";
        var table = Read(Text, new ColumnOptions { BestOver = ["lr"] });
        Assert.Equal([2.9, 2.8, 2.7], table.Observations.Select(o => o.Loss));
        Assert.Equal(["lr 0.1 is not the best of 3", "lr 0.4 is not the best of 3"], table.LeftOut.Select(l => l.Reason));
        Assert.Equal([2.8, 2.7], Read(Text, new ColumnOptions { BestOver = ["lr", "seed"] }).Observations.Select(o => o.Loss));
    }

    [Theory]
    [InlineData("N,D,loss\n1,1,3\n1,2")]
    [InlineData("N,D,loss\n1,1,3\n1")]
    [InlineData("N,D,loss,note\n1,1,3,\n1,2,3,\"cut")]
    public void A_last_line_that_was_cut_off_is_left_out(string text)
    {
        var table = Read(text);
        Assert.Equal(new LeftOutRow("line 3", 3, "the last line is cut off"), Assert.Single(table.LeftOut));
        Assert.Equal([3.0], table.Observations.Select(o => o.Loss));
    }

    [Fact]
    public void Runs_without_a_name_are_named_by_their_line() =>
        Assert.Equal(["line 2", "line 4"], Read("N,D,loss\n1,1,3\n\n1,2,3\n").Observations.Select(o => o.Run));

    [Fact]
    public void Clusters_are_named_by_column()
    {
        var table = Read("N,D,loss,model,fold\n1,1,3,x,1\n1,2,3,,1\n", new ColumnOptions { Cluster = ["model", "fold"] });
        Assert.Equal(["x+1", null], table.Observations.Select(o => o.Cluster));
        Assert.Equal("model+fold", table.ClusterRule);
    }

    [Fact]
    public void Points_read_before_the_learning_rate_fell_are_known() =>
        Assert.Equal([true, false], Read("N,D,loss,annealed\n1,1,3,1\n1,2,3,0\n").Observations.Select(o => o.Annealed));

    [Fact]
    public void A_hundred_thousand_rows_are_read()
    {
        var text = new StringBuilder("N,D,loss\n");
        for (var i = 1; i <= 100_000; i++)
        {
            text.Append(i).Append(",1e6,3.5\n");
        }

        Assert.Equal(100_000, Read(text.ToString()).Observations[^1].N);
    }

    private ObservationTable Read(string text, ColumnOptions? options = null)
    {
        File.WriteAllText(_file, text);
        return ObservationFile.Read(_file, options);
    }
}
