using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Vision.Masks;

/// <summary>
/// I-JEPA's multi-block masks (Assran et al. 2023, section 3; <c>MaskCollator</c> of the released code). Kept of that code: one draw sets a block's scale and its aspect, a block
/// is smaller than the grid both ways, its first row and column never take their last place, and blocks are cut from below. Not kept: contexts that are cut from below too, which leaves
/// a bias to the top; they lose patches at random.
/// </summary>
/// <param name="Context">Numbers of the patches that the encoder sees.</param>
/// <param name="Targets">Those of each block that is predicted; they overlap each other, and never the context.</param>
internal sealed record IjepaMask(long[] Context, IReadOnlyList<long[]> Targets)
{
    /// <param name="shape">The model.</param>
    /// <param name="target">Its <see cref="IjepaShape.Target"/>, which takes longer to find than a mask to draw.</param>
    /// <param name="random">Of this sample.</param>
    public static IjepaMask Draw(IjepaShape shape, int target, SplitMix64 random)
    {
        var grid = shape.Grid;
        while (true)
        {
            var size = shape.TargetBlock(random.Below(IjepaShape.BlockSizes));
            var targets = new List<int[]>();
            for (var block = 0; block < IjepaShape.Blocks; block++)
            {
                targets.Add([.. BlockMask.Draw(grid, size, (grid - size.Height, grid - size.Width), ref random)]);
            }

            var large = shape.ContextBlock(random.Below(IjepaShape.BlockSizes));
            var context = BlockMask.Draw(grid, large, (grid - large.Height, grid - large.Width), ref random).Except(targets.SelectMany(t => t)).ToList();
            if (context.Count >= shape.Context)
            {
                return new IjepaMask(BlockMask.Some(context, shape.Context, ref random), targets.ConvertAll(t => t.Take(target).Select(p => (long)p).ToArray()));
            }
        }
    }
}
