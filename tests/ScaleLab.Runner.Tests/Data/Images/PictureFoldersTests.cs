using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using SkiaSharp;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class PictureFoldersTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_folder_for_each_class_labels_the_images_in_it()
    {
        for (var i = 0; i < 12; i++)
        {
            Put($"cats/{i}.png", 20, 10, new SKColor((byte)(10 * i), 0, 0));
            Put($"dogs/more/{i}.jpg", 10, 20, new SKColor(0, (byte)(10 * i), 250), SKEncodedImageFormat.Jpeg);
        }

        var info = Prepare();
        Assert.Equal((22, 2, 2, 3, 8), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes, info.Images.Channels, info.Images.Size));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var pixels = new byte[8 * 8 * 3];
        for (var i = 0; i < 22; i++)
        {
            images.ReadTrain(i, pixels);
            Assert.Equal(images.TrainLabel(i), pixels[(8 * 8 * 3) - 1] > 200 ? 1 : 0);
        }

        Assert.Equal([0, 1], Enumerable.Range(0, 4).Select(i => images.TrainLabel(i)).Distinct().Order());
    }

    [Fact]
    public void Images_without_folders_have_no_labels()
    {
        Noise("", 20);
        var info = Prepare();
        Assert.Equal((18, 2, 0), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes));
    }

    [Fact]
    public void Train_and_val_side_by_side_are_what_they_say()
    {
        Noise("train/a/", 5);
        Noise("train/b/", 5);
        Noise("val/a/", 1);
        Noise("val/b/", 2);
        Assert.Equal((10, 3, 2), (Prepare().Images!.Train, Prepare().Images!.HeldOut, Prepare().Images!.Classes));
        Noise("val/c/", 1);
        Refused("class 'c' does not occur in what is trained on");
    }

    [Fact]
    public void A_named_held_out_folder_is_held_out()
    {
        Noise("a/", 5);
        Noise("b/", 5);
        _temporary.File("apart/a/1.png", Pictures.Encode(9, 9, SKColors.Red));
        _temporary.File("apart/b/2.png", Pictures.Encode(9, 9, SKColors.Blue));
        var spec = Apart("apart");
        Assert.Equal((10, 2, 2), (_temporary.Prepare(spec).Images!.Train, _temporary.Prepare(spec).Images!.HeldOut, _temporary.Prepare(spec).Images!.Classes));
    }

    [Theory]
    [InlineData("val")]
    [InlineData("apart")]
    public void Held_out_images_inside_the_training_folder_are_not_trained_on(string folder)
    {
        foreach (var (name, images) in (ReadOnlySpan<(string, int)>)[("a/", 5), ("b/", 5), ($"{folder}/a/", 2), ($"{folder}/b/", 3)])
        {
            Noise(name, images);
        }

        var info = _temporary.Prepare(Apart(Path.Combine("data", folder)));
        Assert.Equal((10, 5, 2), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes));

        // As videos of five frames, and of two and three.
        var clips = _temporary.Prepare(Apart(Path.Combine("data", folder)) with { Source = DataSource.Frames, Frames = 2 });
        Assert.Equal((4, 2, 0), (clips.Images!.Train, clips.Images.HeldOut, clips.Images.Classes));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/")]
    [InlineData("data/a/..")]
    [InlineData("")]
    public void A_held_out_folder_that_holds_what_is_trained_on_is_refused(string heldOut)
    {
        Noise("a/", 5);
        Noise("b/", 5);
        Assert.EndsWith("data, lies within what is held out", Assert.Throws<InputException>(() => _temporary.Prepare(Apart(heldOut))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("val")]
    [InlineData("Validation")]
    [InlineData("test")]
    public void A_held_out_part_without_a_folder_train_is_refused_as_a_class(string folder)
    {
        Noise("a/", 12);
        Noise("b/", 12);
        Noise($"{folder}/a/", 12);
        Refused($"{folder}: would be trained on beside the other folders; move these into a folder 'train', or name this one as 'held_out'");
        RefusedClips($"{folder}: would be trained on", 3);
        Noise("apart/a/", 1);
        Assert.Throws<InputException>(() => _temporary.Prepare(Apart("data/apart")));
    }

    [Fact]
    public void Links_are_followed_to_no_folder_as_they_are_to_no_file()
    {
        Noise("a/", 12);
        Noise("b/", 12);
        _temporary.File("elsewhere/1.png", Pictures.Encode(9, 9, SKColors.Red));
        Directory.CreateSymbolicLink(Path.Combine(_temporary.Root, "data", "c"), Path.Combine(_temporary.Root, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(_temporary.Root, "data", "a", "round"), Path.Combine(_temporary.Root, "data"));
        var info = Prepare();
        Assert.Equal((24, 2), (info.Images!.Train + info.Images.HeldOut, info.Images.Classes));
    }

    [Fact]
    public void Pixels_of_a_png_of_the_right_size_are_kept()
    {
        Noise("", 20);
        Put("exact.png", 8, 8, new SKColor(12, 34, 56));
        var info = Prepare();
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var (pixels, found) = (new byte[8 * 8 * 3], 0);
        for (var i = 0; i < info.Images!.Train; i++)
        {
            images.ReadTrain(i, pixels);
            found += (pixels[0], pixels[1], pixels[2], pixels[3], pixels[4], pixels[5]) == (255, 255, 255, 12, 34, 56) ? 1 : 0;
        }

        for (var i = 0; i < info.Images.HeldOut; i++)
        {
            images.ReadHeldOut(i, pixels);
            found += (pixels[0], pixels[1], pixels[2], pixels[3], pixels[4], pixels[5]) == (255, 255, 255, 12, 34, 56) ? 1 : 0;
        }

        Assert.Equal(1, found);
    }

    [Fact]
    public void A_large_picture_is_averaged_when_it_shrinks()
    {
        Noise("", 20);
        using var bitmap = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var i = 0; i < 64 * 64; i++)
        {
            bitmap.SetPixel(i % 64, i / 64, (i + (i / 64)) % 2 == 0 ? SKColors.White : SKColors.Black);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var file = new FileInfo(_temporary.File("chess.png", data.ToArray()));
        var pixels = new byte[8 * 8 * 3];
        ScaleLab.Runner.Data.Images.Sources.PictureFile.Read(file, 8, pixels);
        Assert.All(pixels, p => Assert.InRange(p, 124, 131));
    }

    [Fact]
    public void A_picture_that_cannot_be_read_is_named_counted_and_left_out()
    {
        Noise("a/", 30);
        Noise("b/", 30);
        var whole = Pictures.Encode(200, 200, SKColors.Green, SKEncodedImageFormat.Jpeg);
        _temporary.File("data/a/broken.jpg", whole[..(whole.Length / 2)]);
        _temporary.File("data/a/empty.png", []);
        _temporary.File("data/b/text.png", "no picture at all"u8.ToArray());
        var info = Prepare();
        Assert.Equal((3, 60), (info.Images!.Skipped, info.Images.Train + info.Images.HeldOut));
        foreach (var name in (string[])["broken.jpg", "empty.png", "text.png"])
        {
            Assert.Single(_temporary.Progress, p => p.StartsWith("skipped: ", StringComparison.Ordinal) && p.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_is_wrong_with_a_folder_is_said_in_one_line()
    {
        Refused("no such folder");
        Directory.CreateDirectory(Path.Combine(_temporary.Root, "data"));
        Refused("this folder has no .jpg, .jpeg, .png file");
        _temporary.File("data/notes.txt", [1]);
        Refused("this folder has no .jpg, .jpeg, .png file");
        Noise("a/", 30);
        Refused("'a' is the only class, and labels need two or more; for images without labels name that folder itself");
        Noise("", 1);
        Refused("1 images lie beside the folders of classes, first of them 0.png");
        Directory.Delete(Path.Combine(_temporary.Root, "data"), recursive: true);
        for (var i = 0; i < 20; i++)
        {
            _temporary.File($"data/{i}.png", [1, 2, 3]);
        }

        Refused("of 18 images to train on 0 could be read, of 2 to hold out 0");
        Directory.Delete(Path.Combine(_temporary.Root, "data"), recursive: true);
        _temporary.File("data", [1]);
        Refused("is a file, where a folder is needed");
    }

    [Fact]
    public void Videos_are_cut_into_clips_and_never_split_between_the_parts()
    {
        for (var video = 0; video < 12; video++)
        {
            for (var frame = 0; frame < 7; frame++)
            {
                Put($"{(video % 2 == 0 ? "left" : "right")}/v{video}/{frame:00}.png", 8, 8, new SKColor((byte)(video * 20), (byte)(frame * 30), (byte)((video % 2) * 255)));
            }
        }

        var info = _temporary.Prepare(Clips(3));
        Assert.Equal((22, 2, 2, 3), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes, info.Images.Frames));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var (pixels, train, heldOut) = (new byte[3 * 8 * 8 * 3], new HashSet<int>(), new HashSet<int>());
        for (var i = 0; i < 22; i++)
        {
            images.ReadTrain(i, pixels);
            train.Add(pixels[3]);
            Assert.Equal(images.TrainLabel(i), pixels[5] / 255);
            var step = pixels[(8 * 8 * 3) + 4] - pixels[4];
            Assert.Equal((30, 30), (step, pixels[(2 * 8 * 8 * 3) + 4] - pixels[(8 * 8 * 3) + 4]));
        }

        for (var i = 0; i < 2; i++)
        {
            images.ReadHeldOut(i, pixels);
            heldOut.Add(pixels[3]);
        }

        Assert.Equal((11, 1), (train.Count, heldOut.Count));
        Assert.Empty(train.Intersect(heldOut));
    }

    [Fact]
    public void What_is_wrong_with_videos_is_said_in_one_line()
    {
        Noise("", 3);
        RefusedClips("no folder of frames here (.jpg, .jpeg, .png)", 2);
        Directory.Delete(Path.Combine(_temporary.Root, "data"), recursive: true);
        Noise("a/", 3);
        RefusedClips("a: 3 frames, and a clip has 4; see 'frames'", 4);
        Noise("a/", 60);
        RefusedClips("1 videos are too few to hold one out", 3);
        Noise("c/b/", 3);
        RefusedClips("videos lie beside folders of videos, first of them", 3);
        Directory.Delete(Path.Combine(_temporary.Root, "data", "a"), recursive: true);
        RefusedClips("'c' is the only class", 3);
    }

    private void Put(string name, int width, int height, SKColor colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        _temporary.File($"data/{name}", Pictures.Encode(width, height, colour, format));

    private void Noise(string folder, int images)
    {
        for (var i = 0; i < images; i++)
        {
            Put($"{folder}{i}.png", 9 + i, 9, new SKColor((byte)(i * 40), (byte)(255 - (i * 3)), (byte)(i * i)));
        }
    }

    private DataSpec Spec() => new() { Source = DataSource.Images, Path = Path.Combine(_temporary.Root, "data"), Size = 8 };

    private DataSpec Apart(string heldOut) => Spec() with { HeldOut = Path.Combine(_temporary.Root, heldOut) };

    private DataSpec Clips(int frames) => Spec() with { Source = DataSource.Frames, Frames = frames };

    private CorpusInfo Prepare() => _temporary.Prepare(Spec());

    private void Refused(string message) => Assert.Contains(message, Assert.Throws<InputException>(Prepare).Message, StringComparison.Ordinal);

    private void RefusedClips(string message, int frames) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => _temporary.Prepare(Clips(frames))).Message, StringComparison.Ordinal);
}
