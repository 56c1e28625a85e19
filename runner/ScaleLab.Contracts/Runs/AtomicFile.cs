using System.Runtime.InteropServices;

namespace ScaleLab.Contracts.Runs;

/// <summary>Files that are there whole or not at all: written aside under a name of their own, then linked or renamed into place.</summary>
public static partial class AtomicFile
{
    private const int AlreadyThere = 17; // EEXIST

    /// <summary>Creates a file that must not exist: among several callers one succeeds. link(2) promises that, on NFS too; .NET's File.Move looks first and then renames.</summary>
    public static bool TryCreate(string file, ReadOnlySpan<byte> content)
    {
        var aside = Aside(file, content);
        try
        {
            return IsFirst(Link(aside, file), $"cannot link {file}");
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Makes a folder that must not exist, as exclusively.</summary>
    public static bool TryCreateFolder(string path)
    {
        const int permissions = 0b111_111_101; // rwxrwxr-x
        return IsFirst(MakeDirectory(path, permissions), $"cannot create {path}");
    }

    /// <summary>A reader sees the old file or the new one.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> content) => File.Move(Aside(file, content), file, overwrite: true);

    /// <summary>Whether a file is one that was being written when its writer died: <c>result.json.&lt;32 hexadecimal digits&gt;</c>.</summary>
    public static bool IsAside(string file) => Guid.TryParseExact(Path.GetExtension(file).TrimStart('.'), "N", out _);

    private static string Aside(string file, ReadOnlySpan<byte> content)
    {
        var aside = $"{file}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(aside, content);
            return aside;
        }
        catch (IOException)
        {
            File.Delete(aside);
            throw;
        }
    }

    private static bool IsFirst(int returned, string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return returned == 0 || (error == AlreadyThere ? false : throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error));
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);
}
