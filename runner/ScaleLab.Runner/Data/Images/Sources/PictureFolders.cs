using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>How people lay out folders of pictures.</summary>
internal static class PictureFolders
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];
    private static readonly string[] HeldOutNames = ["val", "validation", "test"];

    /// <summary><c>train</c> and its neighbour <c>val</c>, <c>validation</c> or <c>test</c>, where both are there; else all of <paramref name="path"/>.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="heldOut">What the user named as held out; where it lies within what is trained on, its files are left out of that.</param>
    /// <exception cref="InputException">There is no such folder, or the two parts cannot be told apart.</exception>
    public static (DirectoryInfo Train, DirectoryInfo? HeldOut) Parts(string path, string? heldOut)
    {
        var root = Folder(path);
        var train = new DirectoryInfo(Path.Combine(path, "train"));
        var apart = heldOut is not null ? Folder(heldOut) : HeldOutNames.Select(n => new DirectoryInfo(Path.Combine(path, n))).FirstOrDefault(d => d.Exists);
        var parts = train.Exists && apart is not null ? (Train: train, HeldOut: apart) : (Train: root, HeldOut: heldOut is null ? null : apart);
        if (Within(parts.HeldOut, parts.Train.FullName))
        {
            throw new InputException($"{heldOut}: what is trained on, {parts.Train.FullName}, lies within what is held out");
        }

        return train.Exists || InputFiles.Folders(root).FirstOrDefault(f => HeldOutNames.Contains(f.Name, StringComparer.OrdinalIgnoreCase) && !Within(parts.HeldOut, f.FullName)) is not { } stray
            ? parts
            : throw new InputException($"{stray.FullName}: would be trained on beside the other folders; move these into a folder 'train', or name this one as 'held_out'");
    }

    /// <summary>Images by class: one folder for each, whatever lies within; a class without name where there are none.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="without">A folder whose files are left out, wherever it lies.</param>
    public static IReadOnlyList<PictureGroup> Classes(DirectoryInfo root, DirectoryInfo? without = null)
    {
        var loose = Files(root, without, within: false);
        var classes = (from folder in InputFiles.Folders(root)
                       let files = Files(folder, without)
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
    /// <param name="root">The folder.</param>
    /// <param name="without">A folder whose files are left out, wherever it lies.</param>
    public static IReadOnlyList<PictureGroup> Videos(DirectoryInfo root, DirectoryInfo? without = null)
    {
        var plain = In("", root);
        var classes = (from folder in InputFiles.Folders(root) let videos = In(folder.Name, folder) where videos.Count > 0 select videos).ToList();
        return (plain, classes) switch
        {
            ([], []) => throw new InputException($"{root.FullName}: no folder of frames here ({string.Join(", ", Extensions)})"),
            ([], [var only]) => throw new InputException($"{root.FullName}: '{only[0].Class}' is the only class, and labels need two or more; for videos without labels name that folder itself"),
            (_, []) => plain,
            ([], _) => [.. classes.SelectMany(c => c)],
            _ => throw new InputException($"{root.FullName}: videos lie beside folders of videos, first of them {plain[0].Name}"),
        };

        List<PictureGroup> In(string name, DirectoryInfo parent) =>
            [.. from video in InputFiles.Folders(parent) let frames = Files(video, without, within: false) where frames.Count > 0 select new PictureGroup(name, video.FullName, frames)];
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

    private static List<FileInfo> Files(DirectoryInfo folder, DirectoryInfo? without, bool within = true) =>
        [.. InputFiles.In(folder, Extensions, within).Where(f => !Within(without, f.FullName))];

    private static bool Within(DirectoryInfo? folder, string path) => folder is not null && Path.GetRelativePath(folder.FullName, path).Split(Path.DirectorySeparatorChar)[0] != "..";
}

/// <param name="Class">Empty without classes.</param>
/// <param name="Name">The folder.</param>
/// <param name="Files">In ordinal order of their names.</param>
internal sealed record PictureGroup(string Class, string Name, IReadOnlyList<FileInfo> Files);
