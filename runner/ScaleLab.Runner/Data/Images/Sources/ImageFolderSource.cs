namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>A folder of JPEG and PNG files, or of a folder for each class; or <c>train</c> and <c>val</c> (or <c>test</c>) with these inside.</summary>
internal sealed class ImageFolderSource : ImageFilesSource
{
    private readonly int _size;
    private readonly IReadOnlyList<PictureGroup> _train;
    private readonly IReadOnlyList<PictureGroup> _heldOut;

    public ImageFolderSource(string path, string? heldOut, int size, int? heldOutImages)
        : base("images", path, heldOutImages)
    {
        _size = size;
        var (train, apart) = PictureFolders.Parts(path, heldOut);
        (_train, _heldOut) = (PictureFolders.Classes(train, without: apart), apart is null ? [] : PictureFolders.Classes(apart));
    }

    public override IReadOnlyList<FileInfo> Files => [.. _train.Concat(_heldOut).SelectMany(f => f.Files)];

    protected override ImageListing List()
    {
        var names = PictureFolders.Names(_train, _heldOut);
        return new ImageListing(_size, PictureFile.Channels, Frames: 1, names is [""] ? 0 : names.Count, Samples(_train, names), Samples(_heldOut, names));
    }

    // Not class after class: the first k images serve probes, and must hold all of them.
    private List<ImageSample> Samples(IEnumerable<PictureGroup> groups, IReadOnlyList<string> names) =>
    [
        .. from @group in groups
           let label = names is [""] ? -1 : names.Index().First(n => n.Item == @group.Class).Index
           from file in @group.Files.Index()
           orderby (file.Index + 0.5) / @group.Files.Count, label
           select new ImageSample(file.Item.FullName, label, pixels => PictureFile.Read(file.Item, _size, pixels)),
    ];
}
