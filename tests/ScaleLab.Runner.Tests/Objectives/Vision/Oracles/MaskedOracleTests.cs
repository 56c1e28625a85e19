using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class MaskedOracleTests : TorchTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Mae(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("mae").GetProperty("loss_case");
        var prediction = S(type, [2, 4, 48], 0.11, 0.5, 0.8).Leaf();
        var patches = MaeLoss.Patches(S(type, [2, 3, 8, 8], 0.37, 0.1), patch: 4);
        AllClose(oracle.GetProperty("patchify_img0_patch1_first6"), patches[0, 1].narrow(0, 0, 6));

        var removed = tensor(Numbers(oracle.GetProperty("mask_1_is_removed")).ToArray(), [2, 4]).to(type);
        Close(oracle.GetProperty("loss_raw_pixels"), MaeLoss.Mean(prediction, patches, removed));
        var loss = MaeLoss.Mean(prediction, MaeLoss.Normalized(patches), removed);
        loss.backward();
        Close(oracle.GetProperty("loss_norm_pix"), loss);
        Fingerprint(oracle.GetProperty("grad_pred_norm_pix"), prediction.grad!);
    }

    [Fact]
    public void Visible_patches_of_mae()
    {
        var pitfall = Read("mae").GetProperty("mask_case").GetProperty("len_keep_pitfall");
        Assert.Equal(pitfall.GetProperty("L=196,ratio=0.75").GetInt32(), Kept(196, 0.75));
        Assert.Equal(pitfall.GetProperty("L=196,ratio=0.9 (floating point 19.5999..)").GetInt32(), Kept(196, 0.9));
        Assert.Equal(pitfall.GetProperty("L=64,ratio=0.9").GetInt32(), Kept(64, 0.9));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Ijepa(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("ijepa").GetProperty("loss_case");
        var (prediction, targets) = (S(type, [3, 4], 0.9, 0.1, 2), JepaLoss.Targets(S(type, [3, 4], 0.7, 0.4, 2)));
        Close(oracle.GetProperty("loss_smooth_l1"), JepaLoss.SmoothL1(prediction, targets));
        Close(oracle.GetProperty("loss_l2_mean (paper text)"), JepaLoss.L2(prediction, targets));
        Close(oracle.GetProperty("loss_l1 (V-JEPA)"), JepaLoss.L1(prediction, targets));
    }

    [Fact]
    public void Momentum_of_ijepa() => Assert.Equal(
        Read("ijepa").GetProperty("schedules").GetProperty("ema(i)=0.996+i*(1-0.996)/(steps*ipe_scale)").GetProperty("steps=1000,scale=1.25,i=500").GetDouble(),
        Momentum.Linear(0.996, 500 / 1250.0),
        1e-12);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Vjepa(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("vjepa");
        var shortRange = JepaLoss.L1(S(type, [2, 3, 4], 0.9, 0.1, 2), JepaLoss.Targets(S(type, [2, 3, 4], 0.7, 0.4, 2)));
        var longRange = JepaLoss.L1(S(type, [2, 5, 4], 0.8, 0.2, 2), JepaLoss.Targets(S(type, [2, 5, 4], 0.6, 0.5, 2)));
        AllClose(oracle.GetProperty("per_mask"), stack([shortRange, longRange]));
        Close(oracle.GetProperty("loss"), (shortRange + longRange) / 2);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Beit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("beit");
        var masked = tensor(Numbers(oracle.GetProperty("mask")).ToArray()).to(@bool); // (8)
        var codes = tensor(Numbers(oracle.GetProperty("token_ids")).Select(x => (long)x).ToArray()).masked_select(masked);
        var logits = S(type, [8, 6], 0.8, 0.1, 1.5).index_select(0, masked.nonzero().view(-1));
        Close(oracle.GetProperty("loss"), BeitLoss.Mean(logits, codes));
        Assert.Equal(oracle.GetProperty("accuracy").GetDouble(), logits.argmax(1).eq(codes).to(float64).mean().item<double>(), 1e-12);

        var tokenizer = oracle.GetProperty("codebook_tokenizer_case");
        var patches = MaeLoss.Patches(S(type, [1, 3, 8, 8], 0.37, 0.1), patch: 4)[0];
        var codebook = S(type, [5, 48], 1.1, 0.3);
        AllClose(tokenizer.GetProperty("ids"), BeitLoss.Codes(patches, codebook));
        AllClose(tokenizer.GetProperty("d2_row0"), BeitLoss.SquaredDistances(patches, codebook)[0]);
    }

    private static int Kept(int patches, double ratio) => new MaeShape
    {
        Image = (int)Math.Sqrt(patches),
        Channels = 3,
        Patch = 1,
        Width = 16,
        Depth = 2,
        Heads = 1,
        MaskRatio = ratio,
        DecoderWidth = 16,
        DecoderDepth = 1,
        DecoderHeads = 1,
    }.Keep;
}
