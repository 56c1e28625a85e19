using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class JointEmbeddingOracleTests : TorchTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Vicreg(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var cases = Read("vicreg").GetProperty("cases");
        foreach (var (name, x, y) in new[]
        {
            ("A", S(type, [6, 4], 0.7, 0.2, 0.9).Leaf(), S(type, [6, 4], 0.7, 0.35, 1.1)),
            ("B_near_collapse", S(type, [8, 5], 1.3, 0.1, 0.01).Leaf(), S(type, [8, 5], 1.31, 0.1, 0.01)),
        })
        {
            var oracle = cases.GetProperty(name);
            var terms = oracle.GetProperty("terms");
            Close(terms.GetProperty("var_x"), VicregLoss.Variance(x));
            Close(terms.GetProperty("var_y"), VicregLoss.Variance(y));
            Close(terms.GetProperty("cov_x"), VicregLoss.Covariance(x));
            Close(terms.GetProperty("cov_y"), VicregLoss.Covariance(y));
            Close(terms.GetProperty("invariance_mse"), VicregLoss.Mean(x, y, 1, 0, 0));

            var loss = VicregLoss.Mean(x, y);
            loss.backward();
            Close(oracle.GetProperty("loss_official_code"), loss);
            Fingerprint(oracle.GetProperty("grad_x_official"), x.grad!);
            Close(oracle.GetProperty("loss_paper_equation"), VicregLoss.Paper(x, y));
            Close(oracle.GetProperty("loss_sum_of_variances (solo-learn weights)"), VicregLoss.Mean(x, y, variance: 50));
            Close(
                oracle.GetProperty("loss_eb_jepa_form (sim 1, std 25, cov 1, cov mean over D(D-1))"),
                VicregLoss.Mean(x, y, similarity: 1, variance: 50, covariance: 1.0 / (x.shape[1] - 1)));
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Barlow_twins(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("barlow_twins");
        var (x, y) = (S(type, [8, 5], 0.7, 0.2, 0.9).Leaf(), S(type, [8, 5], 0.71, 0.35, 1.1));
        var loss = BarlowTwinsLoss.Mean(x, y);
        loss.backward();
        Close(oracle.GetProperty("loss_official"), loss);
        Fingerprint(oracle.GetProperty("grad_x"), x.grad!);

        var correlation = BarlowTwinsLoss.Correlation(x, y);
        var diagonal = BarlowTwinsLoss.OfCorrelation(correlation, 0);
        Close(oracle.GetProperty("on_diag"), diagonal);
        Close(oracle.GetProperty("off_diag"), BarlowTwinsLoss.OfCorrelation(correlation, 1) - diagonal);

        var variants = oracle.GetProperty("variants");
        Close(variants.GetProperty("lightly (lambda 5e-3)"), BarlowTwinsLoss.Mean(x, y, 5e-3));
        Close(variants.GetProperty("solo_learn (lambda 5e-3, times scale_loss 0.025)"), 0.025 * BarlowTwinsLoss.Mean(x, y, 5e-3));
        Tensor Unbiased(Tensor z) => (z - z.mean([0])) / (z.std(0, unbiased: true) + 1e-5);
        Close(
            variants.GetProperty("stable_pretraining (lambda 5e-3, unbiased std + 1e-5 outside)"),
            BarlowTwinsLoss.OfCorrelation(mm(Unbiased(x).t(), Unbiased(y)) / 8, 5e-3));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Simclr(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var cases = Read("simclr_ntxent").GetProperty("cases");
        foreach (var (name, temperature) in new[] { ("T=0.1", 0.1), ("T=0.5", 0.5) })
        {
            var (x, y) = (S(type, [4, 6], 0.9, 0.1).Leaf(), S(type, [4, 6], 0.93, 0.25));
            var oracle = cases.GetProperty(name);
            var paper = SimClrLoss.Paper(x, y, temperature);
            paper.backward();
            Close(oracle.GetProperty("loss_paper_mean_over_2N"), paper);
            Fingerprint(oracle.GetProperty("grad_z1"), x.grad!);
            Close(oracle.GetProperty("loss_google_code (sum of the two halves = 2x)"), SimClrLoss.Mean(x, y, temperature));
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Moco_v3(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("moco_v3");
        var (q1, q2) = (S(type, [4, 6], 0.9, 0.1), S(type, [4, 6], 0.93, 0.25));
        var (k1, k2) = (S(type, [4, 6], 0.91, 0.15), S(type, [4, 6], 0.94, 0.3));
        Close(oracle.GetProperty("ctr(q1,k2) without 2T"), MocoV3Loss.Contrast(q1, k2, 0.2));
        Close(oracle.GetProperty("ctr(q2,k1) without 2T"), MocoV3Loss.Contrast(q2, k1, 0.2));
        Close(oracle.GetProperty("loss_official = 2T*(ctr12+ctr21)"), MocoV3Loss.Mean(q1, q2, k1, k2, 0.2));
        foreach (var m in oracle.GetProperty("momentum_m0=0.99_epochs=100").EnumerateObject())
        {
            Assert.Equal(m.Value.GetDouble(), Momentum.Cosine(0.99, double.Parse(m.Name) / 100), 1e-12);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Byol(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("byol");
        var (p1, p2) = (S(type, [4, 6], 0.9, 0.1).Leaf(), S(type, [4, 6], 0.93, 0.25));
        var (t1, t2) = (S(type, [4, 6], 0.91, 0.15), S(type, [4, 6], 0.94, 0.3));
        var loss = ByolLoss.Mean(p1, p2, t1, t2);
        loss.backward();
        Close(oracle.GetProperty("loss_symmetric"), loss);
        Close(oracle.GetProperty("one_direction_p1_t2"), ByolLoss.Regression(p1, t2));
        Fingerprint(oracle.GetProperty("grad_p1"), p1.grad!);
        foreach (var tau in oracle.GetProperty("tau0=0.996,K=1000").EnumerateObject())
        {
            Assert.Equal(tau.Value.GetDouble(), Momentum.Cosine(0.996, double.Parse(tau.Name) / 1000), 1e-12);
        }

        var (target, online) = (S(type, [5], 1.1, 0.2), S(type, [5], 1.2, 0.3));
        for (var k = 0; k < 3; k++)
        {
            Momentum.Follow([target], [online], Momentum.Cosine(0.9, k / 10.0));
        }

        AllClose(oracle.GetProperty("ema_case").GetProperty("target3"), target);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Lejepa(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("lejepa_sigreg");
        var views = S(type, [3, 8, 4], 0.9, 0.1, 1.2);
        var slices = LejepaLoss.Slices(S(type, [4, 6], 1.3, 0.2));
        AllClose(oracle.GetProperty("sigreg_per_view"), LejepaLoss.SigReg(views, slices));
        Close(oracle.GetProperty("inv"), LejepaLoss.Invariance(views));
        Close(oracle.GetProperty("loss_official_minimal = lam*sigreg+(1-lam)*inv"), LejepaLoss.Mean(views, slices));
        Close(
            oracle.GetProperty("variant_flattened_views (stable-pretraining: N*V samples in one test) inv+lam*sigreg"),
            LejepaLoss.Invariance(views) + (0.02 * LejepaLoss.SigReg(views.reshape(1, 24, 4), slices).mean()));
    }
}
