using System.Text;
using CsvHelper;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Accounting;

/// <summary><c>usage.csv</c>: a line for every attempt that this driver has seen end, with its part of a device's time. Appended to by whoever holds the folder; torn lines count as never written.</summary>
internal static class UsageFile
{
    private const string Header = "run_key,";
    private const int Commas = 3;

    private static readonly Lock Appending = new();

    public static void Append(SweepFolder folder, UsageRow row)
    {
        if (folder.IsLost)
        {
            return;
        }

        using var text = new MemoryStream();
        Csv.Write(text, [row]);
        var line = text.GetBuffer().AsSpan(0, (int)text.Length);
        lock (Appending)
        {
            try
            {
                using var file = new FileStream(folder.UsageFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
                var header = file.Length == 0;
                var torn = !header && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
                file.Write([.. torn ? "\n"u8 : [], .. header ? line : line[(line.IndexOf((byte)'\n') + 1)..]]);
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // What the hours were is worth less than what is trained in them.
            }
        }
    }

    /// <summary>All whole lines, in the order in which the attempts ended.</summary>
    public static List<UsageRow> Read(SweepFolder folder) => !File.Exists(folder.UsageFile) ? []
        : Csv.Read<UsageRow>(Encoding.UTF8.GetBytes(string.Concat(File.ReadLines(folder.UsageFile).Where(l => l.Count(c => c == ',') == Commas && (char.IsAsciiDigit(l[^1]) || l.StartsWith(Header, StringComparison.Ordinal))).Select(l => l + '\n'))));

    /// <returns>By run key: attempts that were seen to end, and what they took of devices, hours.</returns>
    public static Dictionary<string, (int Attempts, double Hours)> ByRun(SweepFolder folder) =>
        Read(folder).GroupBy(u => u.RunKey).ToDictionary(g => g.Key, g => (g.Count(), g.Sum(u => u.DeviceSeconds) / 3600));
}

/// <summary>A row of <c>usage.csv</c>.</summary>
[CsvRecord]
internal sealed partial record UsageRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    [CsvColumn("device")]
    public required string Device { get; init; }

    /// <summary>From the beginning of the attempt to its end.</summary>
    [CsvColumn("seconds")]
    public required double Seconds { get; init; }

    /// <summary>Of the device: of a stretch of time in which k runs share it, each counts one k-th.</summary>
    [CsvColumn("device_seconds")]
    public required double DeviceSeconds { get; init; }
}
