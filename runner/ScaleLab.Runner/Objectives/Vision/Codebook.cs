using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>
/// A vocabulary of patches by k-means (Lloyd 1982), means removed: what a dVAE is in BEiT's paper, for images of any kind and without other data. It depends on the corpus alone, so all runs
/// of a sweep tell the same tokens.
/// </summary>
internal static class Codebook
{
    // Images whose distances are in memory at once.
    private const int Chunk = 64;

    private const ulong Seed = 0x434F4445424F4F4B;

    /// <param name="shape">How many codes, images and rounds.</param>
    /// <param name="images">Training images by number of the first and count, (B, C, S, S).</param>
    /// <returns>(K, p·p·C).</returns>
    public static Tensor Train(BeitShape shape, Func<long, int, Tensor> images)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var chunks = Enumerable.Range(0, (shape.CodebookImages + Chunk - 1) / Chunk)
            .Select(i => Centred(images(i * Chunk, Math.Min(Chunk, shape.CodebookImages - (i * Chunk))), shape))
            .ToList();
        var codebook = First(chunks, shape);
        for (var round = 0; round < BeitShape.CodebookRounds; round++)
        {
            using var inner = NewDisposeScope();
            var (sums, counts) = (zeros_like(codebook), zeros([shape.Codes, 1], codebook.dtype, codebook.device));
            foreach (var patches in chunks)
            {
                // As a product, not by scattering: the order of the sums is fixed on every device.
                var member = nn.functional.one_hot(BeitLoss.Codes(patches, codebook), shape.Codes).to(codebook.dtype).t(); // (K, N)
                sums.add_(Products.Plain(member, patches));
                counts.add_(member.sum(1, keepdim: true));
            }

            // A codeword that nothing is near stays where it was.
            codebook = where(counts.gt(0), sums / counts.clamp(min: 1), codebook).MoveToOuterDisposeScope();
        }

        return codebook.MoveToOuterDisposeScope();
    }

    private static Tensor Centred(Tensor images, BeitShape shape)
    {
        var patches = MaeLoss.Patches(images, shape.Patch).reshape(-1, shape.PatchVolume);
        return patches - patches.mean([1], keepdim: true);
    }

    // Patches drawn without repetition.
    private static Tensor First(List<Tensor> chunks, BeitShape shape)
    {
        var all = cat(chunks);
        var order = new SampleOrder(all.shape[0], unchecked((int)Seed));
        return all.index_select(0, tensor(Enumerable.Range(0, shape.Codes).Select(i => order[i]).ToArray()).to(all.device));
    }
}
