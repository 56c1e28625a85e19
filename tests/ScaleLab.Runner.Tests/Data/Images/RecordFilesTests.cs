using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class RecordFilesTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Cifar_planes_become_pixels_and_the_test_file_is_held_out()
    {
        Cifar("data_batch_1.bin", 8, 20);
        Cifar("data_batch_2.bin", 8, 20, first: 20);
        Cifar("test_batch.bin", 8, 6, first: 100);
        var info = Prepare(DataSource.Cifar10, size: 8);
        Assert.Equal((40, 6, 10, 3, 8), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes, info.Images.Channels, info.Images.Size));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var pixels = new byte[8 * 8 * 3];
        images.ReadTrain(21, pixels);
        Assert.Equal((21, 42, 63), (pixels[0], pixels[1], pixels[2]));
        Assert.Equal(1, images.TrainLabel(21));
        var heldOut = Enumerable.Range(0, 6).Select(i =>
        {
            images.ReadHeldOut(i, pixels);
            Assert.Equal(pixels[0] % 10, images.HeldOutLabel(i));
            return (int)pixels[0];
        });
        Assert.Equal(Enumerable.Range(100, 6), heldOut.Order());
    }

    [Fact]
    public void Without_a_test_file_a_tenth_is_drawn_and_nothing_is_lost()
    {
        Cifar("all.bin", 16, 50);
        var info = Prepare(DataSource.Cifar10);
        Assert.Equal((45, 5, 16), (info.Images!.Train, info.Images.HeldOut, info.Images.Size));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var pixels = new byte[16 * 16 * 3];
        var seen = new List<int>();
        for (var i = 0; i < 45; i++)
        {
            images.ReadTrain(i, pixels);
            seen.Add(pixels[0]);
        }

        for (var i = 0; i < 5; i++)
        {
            images.ReadHeldOut(i, pixels);
            seen.Add(pixels[0]);
        }

        Assert.Equal(Enumerable.Range(0, 50), seen.Order());
        Assert.Equal(0, info.NearDuplicateRate);
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_the_training_images()
    {
        _temporary.File("data/train.bin", Pictures.Cifar(16, [.. Enumerable.Range(0, 20).Select(i => (i % 10, (byte)(i % 2 == 0 ? 0 : 255), (byte)51, (byte)(i % 2 == 0 ? 102 : 51)))]));
        _temporary.File("data/test.bin", Pictures.Cifar(16, (0, 9, 9, 9), (1, 255, 51, 51), (2, 7, 7, 7)));
        var message = Assert.Throws<InputException>(() => Prepare(DataSource.Cifar10)).Message;
        Assert.Contains("same value in channel 1", message, StringComparison.Ordinal);
        _temporary.File("data/train.bin", Pictures.Cifar(16, [.. Enumerable.Range(0, 20).Select(i => (i % 10, (byte)(i % 2 == 0 ? 0 : 255), (byte)(i % 2 == 0 ? 0 : 51), (byte)(i % 2 == 0 ? 102 : 51)))]));
        var info = Prepare(DataSource.Cifar10);
        Assert.Equal([0.5, 0.1, 0.3], info.Images!.Mean, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([0.5, 0.1, 0.1], info.Images.Deviation, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(1.0 / 3, info.NearDuplicateRate); // the second of the three is a training image too
    }

    [Fact]
    public void Idx_files_of_images_and_labels_belong_together()
    {
        Idx("train", 30, 28);
        Idx("t10k", 4, 28);
        var info = Prepare(DataSource.Idx);
        Assert.Equal((30, 4, 10, 1, 28), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes, info.Images.Channels, info.Images.Size));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        var pixels = new byte[28 * 28];
        images.ReadTrain(13, pixels);
        Assert.Equal((13, 3), (pixels[0], images.TrainLabel(13)));
    }

    [Fact]
    public void Images_without_labels_are_a_corpus_too()
    {
        Idx("train", 30, 28);
        File.Delete(Path.Combine(_temporary.Root, "data", "train-labels-idx1-ubyte"));
        var info = Prepare(DataSource.Idx);
        Assert.Equal((27, 3, 0), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes));
        using var images = ImageSet.Open(_temporary.Store, info.Hash);
        Assert.Equal((-1, -1), (images.TrainLabel(0), images.HeldOutLabel(0)));
        Assert.Equal(2, Directory.EnumerateFiles(_temporary.Store.Folder(info.Hash), "*.bin").Count());
    }

    [Fact]
    public void The_reference_images_are_read()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.Idx, Path = Reference.Data("images/fashion900") });
        Assert.Equal((810, 90, 10), (info.Images!.Train, info.Images.HeldOut, info.Images.Classes));
        info = _temporary.Prepare(new DataSpec { Source = DataSource.Cifar10, Path = Reference.Data("images"), HeldOutImages = 1000 });
        Assert.Equal((50_000, 1000, 16), (info.Images!.Train, info.Images.HeldOut, info.Images.Size));
        Assert.Equal([.49174, .48258, .44702], info.Images.Mean, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal([.23658, .23408, .25263], info.Images.Deviation, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void What_is_wrong_with_records_is_said_in_one_line()
    {
        Refused("no such file or folder", DataSource.Cifar10);
        Directory.CreateDirectory(Path.Combine(_temporary.Root, "data"));
        Refused("this folder has no .bin file", DataSource.Cifar10);
        _temporary.File("data/a.bin", new byte[3072]);
        Refused("a.bin: no whole number of CIFAR-10 records, which have 3073 bytes at 32 × 32 pixels and 769 at 16 × 16; name another size by 'size'", DataSource.Cifar10);
        Refused("a.bin: 3072 bytes are no whole number of records of 193 bytes, 1 label and 3 × 8 × 8 pixels", DataSource.Cifar10, size: 8);
        _temporary.File("data/a.bin", []);
        Refused("a.bin: empty", DataSource.Cifar10);
        _temporary.File("data/a.bin", Pictures.Cifar(16, [.. Enumerable.Repeat((3, (byte)1, (byte)2, (byte)3), 50)]));
        Refused("every training image has label 3; labels need two classes or more", DataSource.Cifar10);
        _temporary.File("data/a.bin", Pictures.Cifar(16, (3, 1, 2, 3), (11, 1, 2, 3)));
        Refused("a.bin: record 1 has label 11, not 0 to 9: damaged, or of another size than 16 × 16", DataSource.Cifar10);
        Cifar("a.bin", 16, 19);
        Refused("19 images are too few to hold a tenth out; at least 20", DataSource.Cifar10);
        Refused("'held_out_images' is 19, and there are 19 images in all", DataSource.Cifar10, heldOut: 19);
        File.Move(Path.Combine(_temporary.Root, "data", "a.bin"), Path.Combine(_temporary.Root, "data", "test_a.bin"));
        Cifar("test_b.bin", 16, 2);
        Refused("nothing to train on beside the held-out files", DataSource.Cifar10);
        Cifar("latest.bin", 16, 20); // no test file, whatever it contains
        Refused("'held_out_images' is 30, and 21 images are set apart", DataSource.Cifar10, heldOut: 30);
    }

    [Fact]
    public void What_is_wrong_with_idx_files_is_said_in_one_line()
    {
        _temporary.File("data/train-images-idx3-ubyte", [0x1F, 0x8B, 8, 0, 0]);
        Refused("train-images-idx3-ubyte: compressed; unpack it with gunzip", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", [0, 0]);
        Refused("train-images-idx3-ubyte: no IDX file of bytes in 1, 3 or 4 dimensions", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0]);
        Refused("train-images-idx3-ubyte: ends within its header", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", Pictures.Idx([30, 28, 20], new byte[30 * 28 * 20]));
        Refused("train-images-idx3-ubyte: images of 28 × 20 pixels; height and width must be equal", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", Pictures.Idx([30, 28, 28], new byte[(30 * 28 * 28) - 1]));
        Refused("train-images-idx3-ubyte: 23519 bytes after a header that says 30 × 28 × 28", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", Pictures.Idx([int.MaxValue, int.MaxValue, int.MaxValue], new byte[8]));
        Refused("8 bytes after a header that says 2147483647 × 2147483647 × 2147483647", DataSource.Idx);
        _temporary.File("data/train-images-idx3-ubyte", Pictures.Idx([30, 8, 8, 4], new byte[30 * 8 * 8 * 4]));
        Refused("images of 8 × 8 × 4; there must be 1 or 3 channels", DataSource.Idx);
        Idx("train", 30, 28);
        _temporary.File("data/train-labels-idx1-ubyte", Pictures.Idx([29], new byte[29]));
        Refused("train-labels-idx1-ubyte: 29 labels for 30 images", DataSource.Idx);
        Idx("train", 30, 28);
        Idx("t10k", 30, 27);
        Refused("t10k-images-idx3-ubyte: images of 27 × 27 × 1 with labels, where", DataSource.Idx);
        Idx("train", 0, 28);
        Refused("train-images-idx3-ubyte: holds no image", DataSource.Idx);
        File.Delete(Path.Combine(_temporary.Root, "data", "train-images-idx3-ubyte"));
        File.Delete(Path.Combine(_temporary.Root, "data", "t10k-images-idx3-ubyte"));
        Refused("no IDX file of images here, only of labels", DataSource.Idx);
    }

    private void Cifar(string name, int size, int records, int first = 0) => _temporary.File(
        $"data/{name}",
        Pictures.Cifar(size, [.. Enumerable.Range(first, records).Select(i => (i % 10, (byte)i, (byte)(2 * i), (byte)(3 * i)))]));

    private void Idx(string name, int images, int size)
    {
        _temporary.File($"data/{name}-images-idx3-ubyte", Pictures.Idx([images, size, size], [.. Enumerable.Range(0, images * size * size).Select(i => (byte)(i / size / size))]));
        _temporary.File($"data/{name}-labels-idx1-ubyte", Pictures.Idx([images], [.. Enumerable.Range(0, images).Select(i => (byte)(i % 10))]));
    }

    private CorpusInfo Prepare(DataSource source, int? size = null, int? heldOut = null) =>
        _temporary.Prepare(new DataSpec { Source = source, Path = Path.Combine(_temporary.Root, "data"), Size = size, HeldOutImages = heldOut });

    private void Refused(string message, DataSource source, int? size = null, int? heldOut = null) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => Prepare(source, size, heldOut)).Message, StringComparison.Ordinal);
}
