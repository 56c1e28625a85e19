using System.Security.Cryptography;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class MovingShapesTests : IDisposable
{
    private const int Size = 24;
    private const int Frames = 12;

    private readonly TemporaryStore _temporary = new();
    private readonly MovingShapes _world = new(Size, Frames, seed: 7);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_world_is_golden()
    {
        var (pixels, all) = (new byte[Frames * Size * Size * 3], new List<byte>());
        for (var i = 0UL; i < 16; i++)
        {
            all.Add((byte)_world.Draw(i, pixels));
            all.AddRange(pixels);
        }

        Assert.Equal("0f23dd084847a8c8", Convert.ToHexStringLower(SHA256.HashData(all.ToArray()))[..16]);
    }

    [Fact]
    public void Shapes_move_evenly_and_turn_back_at_the_border()
    {
        var (pixels, owners, turns) = (new byte[Frames * Size * Size * 3], new int[Frames * Size * Size], 0);
        for (var i = 0UL; i < 50; i++)
        {
            var truth = _world.Draw(i, pixels, owners);
            for (var s = 0; s < truth.GetLength(1); s++)
            {
                for (var frame = 0; frame < Frames; frame++)
                {
                    var now = truth[frame, s];
                    Assert.InRange(now.X, now.Radius, Size - now.Radius);
                    Assert.InRange(now.Y, now.Radius, Size - now.Radius);
                    if (frame > 0 && truth[frame - 1, s] is var before && before.VelocityX == now.VelocityX)
                    {
                        Assert.Equal(before.X + before.VelocityX, now.X, 1e-12);
                    }
                    else if (frame > 0)
                    {
                        Assert.Equal(-truth[frame - 1, s].VelocityX, now.VelocityX);
                        turns++;
                    }
                }
            }
        }

        Assert.InRange(turns, 20, 500);
    }

    [Fact]
    public void The_middle_of_a_disk_in_front_is_where_its_pixels_are()
    {
        var (pixels, owners, seen) = (new byte[Frames * Size * Size * 3], new int[Frames * Size * Size], 0);
        for (var i = 0UL; i < 50; i++)
        {
            var truth = _world.Draw(i, pixels, owners);
            Assert.Equal((int)truth[0, 0].Shape, _world.Label(i));
            if (truth[0, 0].Shape != Shape.Disk)
            {
                continue;
            }

            for (var frame = 0; frame < Frames; frame++)
            {
                var own = Enumerable.Range(0, Size * Size).Where(p => owners[(frame * Size * Size) + p] == 0).ToList();
                Assert.Equal(truth[frame, 0].X, own.Average(p => (p % Size) + 0.5), 0.5);
                Assert.Equal(truth[frame, 0].Y, own.Average(p => (p / Size) + 0.5), 0.5);
                seen++;
            }
        }

        Assert.NotEqual(0, seen);
    }

    [Fact]
    public void The_background_stands_still()
    {
        var (pixels, owners) = (new byte[Frames * Size * Size * 3], new int[Frames * Size * Size]);
        for (var i = 0UL; i < 10; i++)
        {
            _world.Draw(i, pixels, owners);
            for (var p = 0; p < Size * Size; p++)
            {
                var free = Enumerable.Range(0, Frames).Select(f => (f * Size * Size) + p).Where(q => owners[q] < 0);
                Assert.True(free.Select(q => (pixels[3 * q], pixels[(3 * q) + 1], pixels[(3 * q) + 2])).Distinct().Count() <= 1);
            }
        }
    }

    [Fact]
    public void A_corpus_of_clips_has_frames()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.MovingShapes, Size = 16, Frames = 4, HeldOutImages = 8 });
        Assert.Equal((4, 16, 8, "clips", "endless clips of 4 × 16 × 16 × 3 in 5 classes"), (info.Images!.Frames, info.Images.Size, info.Images.HeldOut, info.Unit, info.Content));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var (expected, actual) = (new byte[4 * 16 * 16 * 3], new byte[4 * 16 * 16 * 3]);
        Assert.Equal(new MovingShapes(16, 4, seed: 0).Draw(99, expected), images.TrainLabel(99));
        images.ReadTrain(99, actual);
        Assert.Equal(expected, actual);
    }
}
