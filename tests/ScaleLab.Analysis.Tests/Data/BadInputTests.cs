using ScaleLab.Analysis.Data;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Data;

public sealed class BadInputTests
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "runs.csv");

    [Theory]
    [InlineData("", "1:1: empty; expected a header line")]
    [InlineData("\0\0\0\u0001\n", "1:1: not a text file")]
    [InlineData("N,D\n1,1\n", "1:1: no column for the loss; name it with --loss (columns: N, D)")]
    [InlineData("N,loss\n1,3\n", "1:1: two of N, D and C are needed; name them with --n, --d, --c (columns: N, loss)")]
    [InlineData("N,N,D,loss\n1,1,1,3\n", "1:1: 2 columns are named 'n' (columns: N, N, D, loss)")]
    [InlineData("N,D,loss\n1,1,3\n1,x,3\n", "3:3: D is 'x'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,1,nan\n", "2:5: loss is 'nan'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,1,inf\n", "2:5: loss is 'inf'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,1,1e999\n", "2:5: loss is '1e999'; expected a finite number above 0")]
    [InlineData("N,D,loss\n0,1,3\n", "2:1: N is '0'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,-1e9,3\n", "2:3: D is '-1e9'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,\"1,000\",3\n", "2:3: D is '1,000'; expected a finite number above 0")]
    [InlineData("note,N,D,loss\n\"é, \"\"x\"\"\",1,1,0\n", "2:16: loss is '0'; expected a finite number above 0")]
    [InlineData("N,D,val/loss,val_loss\n1,1,3,3\n", "1:1: 2 columns are named 'val_loss' (columns: N, D, val/loss, val_loss)")]
    [InlineData("N,D,C,loss\n1,1,-6,3\n", "2:5: C is '-6'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,1,-inf\n", "2:5: loss is '-inf'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1.5Q,1,3\n", "2:1: N is '1.5Q'; expected a finite number above 0")]
    [InlineData("N,D,loss\r\n1,1,3\r\n1,0,3\r\n", "3:3: D is '0'; expected a finite number above 0")]
    [InlineData("\uFEFFN,D,loss\n\n1,0,3\n", "3:3: D is '0'; expected a finite number above 0")]
    [InlineData("N,D,loss\n1,1\n1,1,3\n", "2:3: 2 cells where the header has 3")]
    [InlineData("N,D,loss\n1,1\n", "2:3: 2 cells where the header has 3")]
    [InlineData("N,D,loss\n1,1,3,4\n", "2:7: 4 cells where the header has 3")]
    [InlineData("N,D,loss\n\"1,1,3\n1,1,3\n", "2:1: a quote opens in this row and never closes")]
    [InlineData("N,D,loss,n_embedding\n1,1,3,-5\n", "2:7: n_embedding is '-5'; expected a finite number above 0")]
    public void A_bad_file_is_one_line_with_file_line_and_column(string text, string message)
    {
        File.WriteAllText(_file, text);
        Assert.Equal($"{_file}:{message}", Assert.Throws<InputException>(() => ObservationFile.Read(_file)).Message);
    }

    [Theory]
    [InlineData("--loss", "los", ":1:1: no column 'los'; did you mean 'loss'? (columns: N, D, loss)")]
    [InlineData("--n", "params", ":1:1: no column 'params' (columns: N, D, loss)")]
    [InlineData("--cluster", "trunk", ":1:1: no column 'trunk' (columns: N, D, loss)")]
    [InlineData("--best-over", "lr", ":1:1: no column 'lr' (columns: N, D, loss)")]
    [InlineData("--where", "split=test", ":1:1: no column 'split' (columns: N, D, loss)")]
    [InlineData("--where", "split", "--where 'split': expected COL=VALUE")]
    [InlineData("--exclude", "=3", "--exclude '=3': expected COL=VALUE")]
    public void A_bad_column_option_is_one_line(string option, string value, string message)
    {
        File.WriteAllText(_file, "N,D,loss\n1,1,3\n");
        var options = option switch
        {
            "--loss" => new ColumnOptions { Loss = value },
            "--n" => new ColumnOptions { N = value },
            "--cluster" => new ColumnOptions { Cluster = [value] },
            "--best-over" => new ColumnOptions { BestOver = [value] },
            "--where" => new ColumnOptions { Where = [value] },
            _ => new ColumnOptions { Exclude = [value] },
        };
        Assert.EndsWith(message, Assert.Throws<InputException>(() => ObservationFile.Read(_file, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_without_end_is_refused_before_it_fills_the_memory()
    {
        File.WriteAllText(_file, "N,D,loss\n1,1,3\n\"" + new string('x', 3 << 20));
        Assert.Equal($"{_file}:3:1: a record of more than 1 MiB; does a quote never close?", Assert.Throws<InputException>(() => ObservationFile.Read(_file)).Message);
    }

    [Fact]
    public void Twenty_thousand_columns_are_refused()
    {
        File.WriteAllText(_file, string.Join(',', Enumerable.Range(0, 20_000)) + "\n");
        Assert.EndsWith("1:1: 20000 columns; at most 10000 are read", Assert.Throws<InputException>(() => ObservationFile.Read(_file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Equal("nowhere.csv: no such file", Assert.Throws<InputException>(() => ObservationFile.Read("nowhere.csv")).Message);
        var folder = Path.GetDirectoryName(_file)!;
        Assert.Equal($"{folder}: a folder, not a CSV file", Assert.Throws<InputException>(() => ObservationFile.Read(folder)).Message);
    }
}
