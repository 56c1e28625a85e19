using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>DINO (Caron et al. 2021): every crop of the student predicts the prototypes that the teacher gives the other global crop. A uniform collapse reads ln K.</summary>
internal static class DinoLoss
{
    /// <summary>The head's last layer: cosines with the prototypes. Weight-normed, its lengths fixed at 1, without a bias.</summary>
    /// <param name="embeddings">(N, D), of any length.</param>
    /// <param name="prototypes">(K, D), of any length.</param>
    public static Tensor Logits(Tensor embeddings, Tensor prototypes) => Products.Linear(F.normalize(embeddings, dim: 1), F.normalize(prototypes, dim: 1));

    /// <param name="student">Logits (V, B, K) of all crops, the global ones first.</param>
    /// <param name="targets">Probabilities (G, B, K) of the global crops, without a graph.</param>
    /// <param name="temperature">Of the student.</param>
    /// <returns>Cross entropy, mean over the batch and the pairs of different crops.</returns>
    public static Tensor Mean(Tensor student, Tensor targets, double temperature)
    {
        var (crops, batch, globals) = (student.shape[0], student.shape[1], targets.shape[0]);
        var logs = F.log_softmax(student / temperature, -1);
        // All pairs at once, less those of a crop with itself.
        var agreement = (targets.sum([0]) * logs.sum([0])).sum() - (targets * logs.narrow(0, 0, globals)).sum();
        return -agreement / (batch * ((globals * crops) - globals));
    }

    /// <summary>What the teacher believes once its habit is taken off: centring keeps one prototype from winning everywhere, a low temperature keeps all from tying (section 3.1).</summary>
    public static Tensor Centred(Tensor teacher, Tensor centre, double temperature) => F.softmax((teacher - centre) / temperature, -1);

    /// <summary>Eq. 4: the centre follows the mean of the raw logits (…, K), after they were used.</summary>
    public static Tensor NextCentre(Tensor centre, Tensor teacher, double momentum = 0.9) =>
        (momentum * centre) + ((1 - momentum) * teacher.reshape(-1, centre.shape[0]).mean([0]));

    /// <summary>Targets that use all prototypes alike (Caron et al. 2020, algorithm 1): DINOv2's choice instead of a centre.</summary>
    /// <param name="teacher">Logits (N, K), normalised over all N together.</param>
    /// <param name="temperature">Of the teacher.</param>
    /// <param name="iterations">Of rows, then columns.</param>
    public static Tensor SinkhornKnopp(Tensor teacher, double temperature, int iterations = 3)
    {
        // The largest logit cancels in the first division; without it a temperature of 0.04 overflows float32.
        var scaled = teacher / temperature;
        var q = (scaled - scaled.max()).exp();
        q = q / q.sum();
        for (var i = 0; i < iterations; i++)
        {
            q = q / q.sum(0, keepdim: true) / teacher.shape[1];
            q = q / q.sum(1, keepdim: true) / teacher.shape[0];
        }

        return q * teacher.shape[0];
    }

    /// <summary>Kozachenko–Leonenko spread (Sablayrolles et al. 2019): keeps each feature away from its nearest neighbour in the batch.</summary>
    /// <param name="features">(N, D), of any length.</param>
    public static Tensor KoLeo(Tensor features)
    {
        const double epsilon = 1e-8;
        var x = F.normalize(features, dim: 1);
        Tensor nearest;
        using (no_grad())
        {
            nearest = Products.Plain(x, x.t()).masked_fill(eye(x.shape[0], dtype: ScalarType.Bool, device: x.device), -2).argmax(1);
        }

        return -((x - x.index_select(0, nearest) + epsilon).square().sum(1).sqrt() + epsilon).log().mean();
    }
}
