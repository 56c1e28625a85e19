using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Images in files: lists them, holds some out, and leaves out what cannot be read, by name.</summary>
internal abstract class ImageFilesSource(string kind, string path, int? heldOutImages) : CorpusSource
{
    private const int MostHeldOut = 2048;
    private const int FewestHeldOut = 2;

    public override string Origin => $"{kind} {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))}";

    public sealed override CorpusInfo Write(string folder, Action<string> progress)
    {
        var listing = List();
        if (listing.Classes > 0 && listing.Train.All(s => s.Label == listing.Train[0].Label))
        {
            throw new InputException($"{path}: every training image has label {listing.Train[0].Label}; labels need two classes or more");
        }

        var (train, heldOut) = Split(listing);
        progress(string.Create(CultureInfo.InvariantCulture, $"reading {train.Count} {listing.Unit} to train on and {heldOut.Count} to hold out"));
        using var writer = new ImageWriter(folder, listing.Size, listing.Channels, listing.Frames, listing.Classes);
        var pixels = new byte[listing.Frames * listing.Size * listing.Size * listing.Channels];
        var (kept, held) = (0, 0);
        foreach (var sample in heldOut.Where(Readable)) // first: the writer looks for their like among the training images
        {
            writer.HeldOut(pixels, sample.Label);
            held++;
        }

        foreach (var sample in train.Where(Readable))
        {
            writer.Train(pixels, sample.Label);
            kept++;
        }

        return kept > 0 && held >= FewestHeldOut
            ? writer.Finish(Origin, train.Count + heldOut.Count - kept - held)
            : throw new InputException($"{path}: of {train.Count} {listing.Unit} to train on {kept} could be read, of {heldOut.Count} to hold out {held}");

        bool Readable(ImageSample sample)
        {
            try
            {
                sample.Read(pixels);
                return true;
            }
            catch (InputException e)
            {
                progress($"skipped: {sample.Name}: {e.Message}");
                return false;
            }
        }
    }

    /// <summary>Lists the samples; still images are not decoded yet.</summary>
    protected abstract ImageListing List();

    // Whole groups, drawn at random and in random order: both parts have one distribution, and the first k held out are a fair sample.
    private (IReadOnlyList<ImageSample> Train, IReadOnlyList<ImageSample> HeldOut) Split(ImageListing listing)
    {
        if (listing.HeldOut is { Count: > 0 } apart)
        {
            return heldOutImages > apart.Count
                ? throw new InputException($"{path}: 'held_out_images' is {heldOutImages}, and {apart.Count} {listing.Unit} are set apart")
                : (listing.Train, [.. Shuffled(apart).Take(heldOutImages ?? apart.Count)]);
        }

        var wanted = heldOutImages ?? Math.Min(MostHeldOut, listing.Train.Count / 10);
        if (wanted < FewestHeldOut || wanted >= listing.Train.Count)
        {
            throw new InputException(heldOutImages is null
                ? $"{path}: {listing.Train.Count} {listing.Unit} are too few to hold a tenth out; at least {FewestHeldOut * 10}"
                : $"{path}: 'held_out_images' is {heldOutImages}, and there are {listing.Train.Count} {listing.Unit} in all");
        }

        var groups = Shuffled([.. listing.Train.Select(s => s.Group).Distinct()]);
        var sizes = listing.Train.CountBy(s => s.Group).ToDictionary();
        var (drawn, count) = (new HashSet<string>(), 0);
        foreach (var group in groups.TakeWhile(_ => count < wanted))
        {
            drawn.Add(group);
            count += sizes[group];
        }

        return count == listing.Train.Count
            ? throw new InputException($"{path}: {sizes.Count} videos are too few to hold one out")
            : ([.. listing.Train.Where(s => !drawn.Contains(s.Group))], [.. Shuffled([.. listing.Train.Where(s => drawn.Contains(s.Group))])]);
    }

    private static IEnumerable<T> Shuffled<T>(IReadOnlyList<T> items)
    {
        var order = new SampleOrder(items.Count, seed: 0);
        return Enumerable.Range(0, items.Count).Select(i => items[(int)order[i]]);
    }
}
