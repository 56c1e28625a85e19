using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Videos as folders of frames, cut into clips side by side; what is left at the end of a video is not used.</summary>
internal sealed class FramesSource : ImageFilesSource
{
    private readonly int _size;
    private readonly int _frames;
    private readonly IReadOnlyList<PictureGroup> _train;
    private readonly IReadOnlyList<PictureGroup> _heldOut;

    public FramesSource(string path, string? heldOut, int size, int frames, int? heldOutImages)
        : base("frames", path, heldOutImages)
    {
        (_size, _frames) = (size, frames);
        var (train, apart) = PictureFolders.Parts(path, heldOut);
        (_train, _heldOut) = (PictureFolders.Videos(train, without: apart), apart is null ? [] : PictureFolders.Videos(apart));
        if (_train.Concat(_heldOut).FirstOrDefault(v => v.Files.Count < frames) is { } brief)
        {
            throw new InputException($"{brief.Name}: {brief.Files.Count} frames, and a clip has {frames}; see 'frames'");
        }
    }

    public override IReadOnlyList<FileInfo> Files => [.. _train.Concat(_heldOut).SelectMany(f => f.Files)];

    protected override ImageListing List()
    {
        var names = PictureFolders.Names(_train, _heldOut);
        return new ImageListing(_size, PictureFile.Channels, _frames, names is [""] ? 0 : names.Count, Clips(_train, names), Clips(_heldOut, names));
    }

    // The first clips of all videos, then the second: the first k clips serve probes.
    private List<ImageSample> Clips(IEnumerable<PictureGroup> videos, IReadOnlyList<string> names) =>
    [
        .. from video in videos
           let label = names is [""] ? -1 : names.Index().First(n => n.Item == video.Class).Index
           from clip in Enumerable.Range(0, video.Files.Count / _frames)
           orderby clip
           let files = video.Files.Skip(clip * _frames).Take(_frames).ToArray()
           select new ImageSample($"{video.Name}: clip {clip}", label, pixels => Read(files, pixels)) { Group = video.Name },
    ];

    private void Read(FileInfo[] files, Span<byte> pixels)
    {
        var frame = pixels.Length / _frames;
        for (var i = 0; i < files.Length; i++)
        {
            try
            {
                PictureFile.Read(files[i], _size, pixels.Slice(i * frame, frame));
            }
            catch (InputException e)
            {
                throw new InputException($"{files[i].Name}: {e.Message}");
            }
        }
    }
}
