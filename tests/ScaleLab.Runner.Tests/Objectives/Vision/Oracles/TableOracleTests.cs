using ScaleLab.Runner.Models;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class TableOracleTests : TorchTests
{
    [Theory]
    [InlineData("mae_ijepa_col_first")]
    [InlineData("vjepa2d_mocov3_row_first")]
    [InlineData("vjepa3d_uniform")]
    public void Position_table(string flavour)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("sincos_pos_embed").GetProperty(flavour);
        var table = flavour switch
        {
            "mae_ijepa_col_first" => SineCosine.ColumnFirst(16, 3, 2),
            "vjepa2d_mocov3_row_first" => SineCosine.RowFirst(16, 3, 2),
            _ => SineCosine.Volume(24, 2, 2, 2),
        };
        Assert.Equal(Numbers(oracle.GetProperty("shape")), table.shape.Select(n => (double)n));
        AllClose(oracle.GetProperty("row1"), table[1]);
        AllClose(oracle.GetProperty("last_row"), table[-1]);
        Close(oracle.GetProperty("sum"), table.sum());
        Close(oracle.GetProperty("dot_S(a=0.9,b=0.2,c=1)"), (table * S(float64, table.shape, 0.9, 0.2)).sum());
    }
}
