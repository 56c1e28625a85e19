using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>How people lay out folders of pictures.</summary>
internal static class PictureFolders
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];
    private static readonly string[] HeldOutNames = ["val", "validation", "test"];

    /// <summary><c>train</c> and its neighbour <c>val</c>, <c>validation</c> or <c>test</c>, where both are there; else all of <paramref name="path"/>.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="heldOut">What the user named as held out.</param>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static (DirectoryInfo Train, DirectoryInfo? HeldOut) Parts(string path, string? heldOut)
    {
        var root = Folder(path);
        var train = new DirectoryInfo(Path.Combine(path, "train"));
        var apart = heldOut is not null ? Folder(heldOut) : HeldOutNames.Select(n => new DirectoryInfo(Path.Combine(path, n))).FirstOrDefault(d => d.Exists);
        return train.Exists && apart is not null ? (train, apart) : (root, heldOut is null ? null : apart);
    }

    /// <summary>Images by class: one folder for each, whatever lies within; a class without name where there are none.</summary>
    public static IReadOnlyList<PictureGroup> Classes(DirectoryInfo root)
    {
        var loose = Direct(root);
        var classes = (from folder in Folders(root)
                       let files = InputFiles.In(folder, Extensions)
                       where files.Count > 0
                       select new PictureGroup(folder.Name, folder.FullName, files)).ToList();
        return (loose.Count, classes) switch
        {
            (0, []) => throw new InputException($"{root.FullName}: this folder has no {string.Join(", ", Extensions)} file"),
            (0, [var only]) => throw new InputException($"{root.FullName}: '{only.Class}' is the only class, and labels need two or more; for images without labels name that folder itself"),
            (_, []) => [new PictureGroup("", root.FullName, loose)],
            (0, _) => classes,
            _ => throw new InputException($"{root.FullName}: {loose.Count} images lie beside the folders of classes, first of them {loose[0].Name}"),
        };
    }

    /// <summary>Videos: folders with frames right inside, each in the folder of its class or, without classes, in <paramref name="root"/>.</summary>
    public static IReadOnlyList<PictureGroup> Videos(DirectoryInfo root)
    {
        var plain = Within("", root);
        var classes = (from folder in Folders(root) let videos = Within(folder.Name, folder) where videos.Count > 0 select videos).ToList();
        return (plain, classes) switch
        {
            ([], []) => throw new InputException($"{root.FullName}: no folder of frames here ({string.Join(", ", Extensions)})"),
            ([], [var only]) => throw new InputException($"{root.FullName}: '{only[0].Class}' is the only class, and labels need two or more; for videos without labels name that folder itself"),
            (_, []) => plain,
            ([], _) => [.. classes.SelectMany(c => c)],
            _ => throw new InputException($"{root.FullName}: videos lie beside folders of videos, first of them {plain[0].Name}"),
        };

        List<PictureGroup> Within(string name, DirectoryInfo parent) =>
            [.. from video in Folders(parent) let frames = Direct(video) where frames.Count > 0 select new PictureGroup(name, video.FullName, frames)];
    }

    /// <summary>Classes are numbered in the order of their names among what is trained on.</summary>
    /// <exception cref="InputException">A held-out group has a class that no training group has.</exception>
    public static IReadOnlyList<string> Names(IEnumerable<PictureGroup> train, IEnumerable<PictureGroup> heldOut)
    {
        var names = train.Select(g => g.Class).Distinct().Order(StringComparer.Ordinal).ToList();
        return heldOut.FirstOrDefault(g => !names.Contains(g.Class)) is { } stranger
            ? throw new InputException($"{stranger.Name}: {(stranger.Class.Length > 0 ? $"class '{stranger.Class}' does" : "images without class do")} not occur in what is trained on")
            : names;
    }

    private static DirectoryInfo Folder(string path) => new DirectoryInfo(path) is { Exists: true } folder
        ? folder
        : throw new InputException($"{path}: {(File.Exists(path) ? "is a file, where a folder is needed" : "no such folder")}");

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo parent) =>
        parent.EnumerateDirectories().Where(d => !d.Attributes.HasFlag(FileAttributes.Hidden)).OrderBy(d => d.Name, StringComparer.Ordinal);

    private static IReadOnlyList<FileInfo> Direct(DirectoryInfo folder) => InputFiles.In(folder, Extensions, within: false);
}

/// <param name="Class">Empty without classes.</param>
/// <param name="Name">The folder.</param>
/// <param name="Files">In ordinal order of their names.</param>
internal sealed record PictureGroup(string Class, string Name, IReadOnlyList<FileInfo> Files);
