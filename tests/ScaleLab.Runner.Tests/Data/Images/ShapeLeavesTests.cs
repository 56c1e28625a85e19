using System.Security.Cryptography;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;
using ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class ShapeLeavesTests : IDisposable
{
    private const int Size = 32;

    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Images_masks_and_classes_are_those_of_the_reference()
    {
        var oracle = Oracle.Read("procedural").GetProperty("shape_leaves");
        var world = new ShapeLeaves(Size, seed: 7);
        using var images = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var masks = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (pixels, owners, classes, leaves) = (new byte[Size * Size * 3], new int[Size * Size], new int[5], 0.0);
        for (var i = 0UL; i < 256; i++)
        {
            var (shape, count) = world.Draw(i, pixels, owners);
            Assert.Equal((int)shape, world.Label(i));
            images.AppendData(pixels);
            masks.AppendData(Array.ConvertAll(owners, o => (byte)(o == 0 ? 1 : 0)));
            classes[(int)shape]++;
            leaves += count;
        }

        Assert.Equal(oracle.GetProperty("sha256_images_0..255_HWC_uint8").GetString(), Convert.ToHexStringLower(images.GetHashAndReset()));
        Assert.Equal(oracle.GetProperty("sha256_masks_0..255_uint8_0or1").GetString(), Convert.ToHexStringLower(masks.GetHashAndReset()));
        Assert.Equal(oracle.GetProperty("class_counts_256").EnumerateArray().Select(c => c.GetInt32()), classes);
        Assert.Equal(oracle.GetProperty("mean_leaves").GetDouble(), leaves / 256);
    }

    [Fact]
    public void The_world_is_golden()
    {
        var world = new ShapeLeaves(Size, seed: 7);
        var (pixels, all) = (new byte[Size * Size * 3], new List<byte>());
        for (var i = 0UL; i < 16; i++)
        {
            all.Add((byte)world.Draw(i, pixels));
            all.AddRange(pixels);
        }

        Assert.Equal("c8d30d9e4a0cc79c", Convert.ToHexStringLower(SHA256.HashData(all.ToArray()))[..16]);
    }

    [Fact]
    public void Every_pixel_shows_its_leaf_and_the_object_is_in_front()
    {
        var world = new ShapeLeaves(Size, seed: 3);
        var (pixels, owners) = (new byte[Size * Size * 3], new int[Size * Size]);
        for (var i = 0UL; i < 20; i++)
        {
            var (_, leaves) = world.Draw(i, pixels, owners);
            Assert.All(owners, o => Assert.InRange(o, 0, leaves - 1));
            foreach (var leaf in owners.Index().GroupBy(o => o.Item, o => (pixels[3 * o.Index], pixels[(3 * o.Index) + 1], pixels[(3 * o.Index) + 2])))
            {
                Assert.Single(leaf.Distinct());
            }

            // A ring of the smallest radius covers some 100 pixels; what is in front loses none.
            Assert.InRange(owners.Count(o => o == 0), 60, Size * Size / 2);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(100)]
    public void A_picture_of_any_size_is_filled(int size)
    {
        var (pixels, owners) = (new byte[size * size * 3], new int[size * size]);
        var (_, leaves) = new ShapeLeaves(size, seed: 3).Draw(5, pixels, owners);
        Assert.All(owners, o => Assert.InRange(o, 0, leaves - 1));
        Assert.Contains(leaves - 1, owners); // the last one filled the last pixel
    }

    [Fact]
    public void A_corpus_of_a_world_holds_other_images_out_and_draws_the_rest()
    {
        var info = Prepare(seed: 3);
        Assert.Equal((null, 64, 5, 3), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes, info.Images.World!.Seed));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var world = new ShapeLeaves(16, seed: 3);
        var (expected, actual) = (new byte[16 * 16 * 3], new byte[16 * 16 * 3]);
        Assert.Equal(world.Draw(1L << 39, expected), images.TrainLabel(1L << 39));
        images.ReadTrain(1L << 39, actual);
        Assert.Equal(expected, actual);
        var heldOut = Enumerable.Range(0, 64).Select(i =>
        {
            images.ReadHeldOut(i, actual);
            return Convert.ToHexString(actual);
        }).ToHashSet();
        Assert.Equal(64, heldOut.Count);
        images.ReadTrain(0, actual);
        Assert.DoesNotContain(Convert.ToHexString(actual), heldOut);
        Assert.All(Enumerable.Range(0, 64), i => Assert.InRange(images.HeldOutLabel(i), 0, 4));
    }

    [Fact]
    public void Another_seed_or_size_is_another_corpus()
    {
        Assert.NotEqual(Prepare(seed: 3).Hash, Prepare(seed: 4).Hash);
        Assert.NotEqual(Prepare(seed: 3).Hash, Prepare(seed: 3, size: 24).Hash);
        Assert.Equal(Prepare(seed: 3).Hash, Prepare(seed: 3).Hash);
    }

    [Fact]
    public void A_world_that_this_build_does_not_draw_is_refused()
    {
        var info = Prepare(seed: 3);
        var sidecar = Path.Combine(_temporary.Store.Folder(info.Hash), CorpusStore.InfoName);
        File.WriteAllText(sidecar, File.ReadAllText(sidecar).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));
        Assert.Contains("does not draw version 2 of 'shape-leaves'", Assert.Throws<InputException>(() => ImageSet.Open(_temporary.Store, info.Hash)).Message, StringComparison.Ordinal);
    }

    private CorpusInfo Prepare(int seed, int size = 16) =>
        _temporary.Prepare(new DataSpec { Source = DataSource.ShapeLeaves, Size = size, Seed = seed, HeldOutImages = 64 });
}
