using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>What a path of the user's stands for: one file, or a folder's files of given kinds.</summary>
internal static class InputFiles
{
    /// <returns>In ordinal order of their paths; a file that is named itself may end as it likes.</returns>
    /// <exception cref="InputException">There is nothing, or a file is empty.</exception>
    public static IReadOnlyList<FileInfo> Of(string path, IReadOnlyList<string> extensions)
    {
        if (!Path.Exists(path))
        {
            throw new InputException($"{path}: no such file or folder");
        }

        IReadOnlyList<FileInfo> files = File.Exists(path) ? [new FileInfo(path)] : In(new DirectoryInfo(path), extensions);
        if (files.Count == 0)
        {
            throw new InputException($"{path}: this folder has no {string.Join(", ", extensions)} file");
        }

        // A device or a pipe has no length either.
        return files.FirstOrDefault(f => f.Length == 0) is { } empty ? throw new InputException($"{empty.FullName}: empty") : files;
    }

    /// <summary>What a folder holds of given kinds, in ordinal order of the paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="extensions">In lower case, with their dots.</param>
    /// <param name="within">Folders within it included.</param>
    public static IReadOnlyList<FileInfo> In(DirectoryInfo folder, IReadOnlyList<string> extensions, bool within = true) =>
    [
        .. folder.EnumerateFiles("*", Options(within))
            .Where(f => extensions.Contains(f.Extension.ToLowerInvariant()))
            .OrderBy(f => f.FullName, StringComparer.Ordinal),
    ];

    /// <summary>The folders right inside one, in ordinal order of their names.</summary>
    public static IEnumerable<DirectoryInfo> Folders(DirectoryInfo parent) => parent.EnumerateDirectories("*", Options(within: false)).OrderBy(d => d.Name, StringComparer.Ordinal);

    // Links are left out: they could lead out of the folder, or round in circles.
    private static EnumerationOptions Options(bool within) =>
        new() { RecurseSubdirectories = within, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint };

    /// <exception cref="InputException">The file has 2 GB or more.</exception>
    public static byte[] ReadAll(FileInfo file) => file.Length <= Array.MaxLength
        ? File.ReadAllBytes(file.FullName)
        : throw new InputException($"{file.FullName}: {file.Length} bytes; split it into files below 2 GB");
}
