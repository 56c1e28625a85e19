using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>DINO (Caron et al. 2021): the student's crops, large and small, predict the prototypes that its moving average gives the large ones.</summary>
public sealed record DinoShape : JointEmbeddingShape
{
    public const string FamilyName = "dino";

    public required int LocalCrops { get; init; }

    public required int LocalSize { get; init; }

    public required int ProjectorWidth { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required int Prototypes { get; init; }

    public required double StudentTemperature { get; init; }

    public required double TeacherTemperature { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DinoTargets Targets { get; init; }

    public required double Momentum { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Koleo { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => true;

    [JsonIgnore]
    public override bool HasTeacher => true;

    /// <summary>Patches of a small crop.</summary>
    [JsonIgnore]
    public int LocalPatches => LocalSize / Patch * (LocalSize / Patch);

    protected override bool Compares => Koleo > 0;

    [JsonIgnore]
    public override Perceptron Projector =>
        new(Width, ProjectorWidth, ProjectorWidth, EmbeddingWidth) { Norms = false, OutputBias = true };

    [JsonIgnore]
    public override AuxiliaryCount Auxiliaries => new(Projector: Projector.Parameters, Prototypes: (long)Prototypes * EmbeddingWidth);

    [JsonIgnore]
    public override double EncoderTokens => (2.0 * Patches) + (LocalCrops * LocalPatches);

    [JsonIgnore]
    public override double TrainingFlopsPerUnit
    {
        get
        {
            var head = Projector.ForwardFlops + (2.0 * EmbeddingWidth * Prototypes);
            var (large, small) = (EncoderFlops(Patches) + head, EncoderFlops(LocalPatches) + head);
            var neighbours = 2.0 * Compared * Width; // KoLeo's search for them, which nothing learns from
            return (2 * (((3 + 1) * large) + neighbours)) + (3 * LocalCrops * small);
        }
    }

    public override long ActivationBytes(int samples) => base.ActivationBytes(samples)
        + ((long)samples * LocalCrops * (Encoder.ActivationBytes(LocalPatches + 1) + Projector.ActivationBytes))
        + ((long)samples * (2 + LocalCrops) * Prototypes * 3 * sizeof(float));

    internal static DinoShape? At(int width, DinoOptions options, ImageInfo images)
    {
        var local = options.LocalSize ?? Math.Max(1, images.Size / 2 / options.Patch) * options.Patch;
        if (local % options.Patch != 0 || local > images.Size)
        {
            throw new InputException($"small crops of {local} pixels are no multiple of the patch, {options.Patch}, or larger than the image, {images.Size}");
        }

        return VisionRecipe.Heads(width, options) is not { } heads
            ? null
            : new DinoShape
            {
                Image = images.Size,
                Channels = images.Channels,
                Patch = options.Patch,
                Width = width,
                Depth = VisionRecipe.Depth(width, options),
                Heads = heads,
                LocalCrops = options.LocalCrops,
                LocalSize = local,
                ProjectorWidth = options.ProjectorWidth,
                EmbeddingWidth = options.EmbeddingWidth,
                Prototypes = options.Prototypes,
                StudentTemperature = options.StudentTemperature,
                TeacherTemperature = options.TeacherTemperature,
                Targets = options.Targets,
                Momentum = options.Momentum,
                Koleo = options.Koleo,
            };
    }
}
