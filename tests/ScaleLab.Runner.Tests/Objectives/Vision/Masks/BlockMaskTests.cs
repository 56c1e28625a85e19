using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Objectives.Vision.Masks;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Masks;

public sealed class BlockMaskTests
{
    [Theory]
    [InlineData(14, "target scale (0.15,0.2), aspect (0.75,1.5), ONE u for both scale and aspect (released code)", false)]
    [InlineData(14, "context scale (0.85,1.0), aspect 1", true)]
    [InlineData(8, "8x8 grid target", false)]
    [InlineData(8, "8x8 grid context", true)]
    public void Block_sizes_of_ijepa_are_those_of_the_released_code(int grid, string oracle, bool context)
    {
        foreach (var size in Read("ijepa").GetProperty("block_size_case").GetProperty(oracle).EnumerateObject())
        {
            var u = double.Parse(size.Name, System.Globalization.CultureInfo.InvariantCulture);
            var block = context ? IjepaShape.ContextBlock(grid, u) : IjepaShape.TargetBlock(grid, u);
            Assert.Equal(Numbers(size.Value), [block.Height, block.Width]);
        }
    }

    [Theory]
    [InlineData("short 0.15", 0)]
    [InlineData("long 0.70", 1)]
    public void Block_sizes_of_vjepa_are_those_of_the_released_code(string oracle, int kind)
    {
        foreach (var size in Read("vjepa").GetProperty("block_size_case").GetProperty(oracle).EnumerateObject())
        {
            var block = Vjepa(56).Masks[kind].Block(14, double.Parse(size.Name, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(Numbers(size.Value), [block.Height, block.Width]);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(56)]
    public void A_mask_of_ijepa_hides_its_blocks_from_the_context(int size)
    {
        var shape = Ijepa(size);
        var contexts = new int[shape.Patches];
        var blocks = new HashSet<(int, int)>();
        for (var i = 0UL; i < 500; i++)
        {
            var mask = IjepaMask.Draw(shape, shape.Target, new SplitMix64(SplitMix64.Mix(i)));
            Assert.Equal(shape.Context, mask.Context.Distinct().Count());
            Assert.All(mask.Context, p => contexts[p]++);
            Assert.Equal(4, mask.Targets.Count);
            foreach (var target in mask.Targets)
            {
                Assert.Equal(shape.Target, target.Distinct().Count());
                Assert.Empty(target.Intersect(mask.Context));
                var (rows, columns) = (target.Select(p => p / shape.Grid), target.Select(p => p % shape.Grid));
                blocks.Add(((int)(rows.Max() - rows.Min()) + 1, (int)(columns.Max() - columns.Min()) + 1));

                // Whole rows, but for the last: a rectangle cut from below.
                Assert.True((rows.Max() - rows.Min() + 1) * (columns.Max() - columns.Min() + 1) < target.Length + (columns.Max() - columns.Min() + 1));
            }
        }

        Assert.True(size < 56 || blocks.Count > 1); // small grids have small blocks, all alike once cut

        // The last row and column are never in a context of the released code; of the others all are.
        Assert.All(Enumerable.Range(0, shape.Patches), p => Assert.Equal(p / shape.Grid == shape.Grid - 1 || p % shape.Grid == shape.Grid - 1, contexts[p] == 0));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(56)]
    public void A_mask_of_vjepa_is_the_same_in_all_frames(int size)
    {
        var shape = Vjepa(size);
        var seen = new int[shape.Patches];
        for (var i = 0UL; i < 200; i++)
        {
            var random = new SplitMix64(SplitMix64.Mix(i));
            foreach (var kind in shape.Masks)
            {
                var mask = VjepaMask.Draw(kind, shape.Grid, shape.Steps, ref random);
                Assert.Equal((kind.Context * shape.Steps, kind.Target * shape.Steps), (mask.Context.Distinct().Count(), mask.Target.Distinct().Count()));
                Assert.Empty(mask.Context.Intersect(mask.Target));
                Assert.All((long[][])[mask.Context, mask.Target], patches => Assert.All(patches.CountBy(p => p % (shape.Grid * shape.Grid)), c => Assert.Equal(shape.Steps, c.Value)));
                Assert.All(mask.Context, p => seen[p]++);
            }
        }

        Assert.DoesNotContain(0, seen);
    }

    [Theory]
    [InlineData(0.383)]
    [InlineData(0.75)]
    [InlineData(0.02)]
    public void A_mask_of_beit_has_its_size_and_comes_in_blocks(double ratio)
    {
        var shape = (BeitShape)ModelFamily.Named("beit").Solve(60e3, new BeitOptions { Depth = 2, MaskRatio = ratio }, Corpus(32, 1));
        var (neighbours, times) = (0.0, new int[64]);
        for (var i = 0UL; i < 500; i++)
        {
            var mask = BeitMask.Draw(shape, new SplitMix64(SplitMix64.Mix(i))).ToHashSet();
            Assert.Equal(shape.Masked, mask.Count);
            Assert.All(mask, p => times[p]++);
            neighbours += mask.Count(p => p % 8 < 7 && mask.Contains(p + 1)) / (double)mask.Count;
        }

        // Single patches drawn at random have (Masked − 1)/63 · 7/8 neighbours to the right.
        Assert.True(ratio < 0.1 || neighbours / 500 > 1.15 * (shape.Masked - 1) / 63 * 7 / 8);
        Assert.DoesNotContain(0, times);
    }

    private static IjepaShape Ijepa(int size) => (IjepaShape)ModelFamily.Named("ijepa").Solve(60e3, new IjepaOptions { Depth = 2 }, Corpus(size, 1));

    private static VjepaShape Vjepa(int size) => (VjepaShape)ModelFamily.Named("vjepa").Solve(60e3, new VjepaOptions { Depth = 2 }, Corpus(size, 8));

    private static CorpusInfo Corpus(int size, int frames) => new()
    {
        Hash = new string('a', 64),
        Origin = "none",
        Vocabulary = "",
        VocabularySize = 0,
        TokenBytes = 0,
        TrainTokens = 0,
        HeldOutTokens = 0,
        BlockTokens = 0,
        Images = new ImageInfo { Size = size, Channels = 3, Frames = frames, Train = 10_000, HeldOut = 100, Mean = [0, 0, 0], Deviation = [1, 1, 1] },
    };
}
