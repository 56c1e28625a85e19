using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class DinoOracleTests : TorchTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Loss_and_centre(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("dino");
        var student = S(type, [15, 7], 0.8, 0.1, 0.6).Leaf();
        var teacher = S(type, [6, 7], 0.83, 0.2, 0.5);
        var centre = S(type, [7], 0.5, 0.3, 0.05);
        var targets = DinoLoss.Centred(teacher.view(2, 3, 7), centre, oracle.GetProperty("teacher_temp").GetDouble());
        var loss = DinoLoss.Mean(student.view(5, 3, 7), targets, oracle.GetProperty("student_temp").GetDouble());
        loss.backward();
        Close(oracle.GetProperty("loss"), loss);
        Fingerprint(oracle.GetProperty("grad_student"), student.grad!);
        AllClose(oracle.GetProperty("center_after (uses the RAW teacher output mean, momentum 0.9)"), DinoLoss.NextCentre(centre, teacher));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Head(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var set = new ParameterSet();
        using var initializer = new Initializer(1, CPU, type);
        var head = new ProjectionHead(set, "projector", new Perceptron(6, 10, 10, 4) { Norms = false, OutputBias = true }, initializer, scales: true);
        var prototypes = set.Add("prototypes", ParameterKind.Matrix, zeros([7, 4], type));
        set.All.Fill();
        AllClose(Read("dino").GetProperty("head_case").GetProperty("out"), DinoLoss.Logits(head.Apply(S(type, [3, 6], 0.6, 0.2)), prototypes));
    }

    [Fact]
    public void Momentum_over_ten_steps()
    {
        var expected = Numbers(Read("dino").GetProperty("schedules").GetProperty("momentum 0.996->1, n=10")).ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], Momentum.Cosine(0.996, i / 10.0), 1e-12);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Sinkhorn_and_koleo(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("dinov2_extras");
        AllClose(oracle.GetProperty("sinkhorn").GetProperty("assignment"), DinoLoss.SinkhornKnopp(S(type, [6, 4], 0.77, 0.2, 0.3), 0.07));
        Close(oracle.GetProperty("koleo").GetProperty("loss"), DinoLoss.KoLeo(S(type, [6, 4], 0.9, 0.3)));
    }
}
