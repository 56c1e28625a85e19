using System.Text;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>The right to drive a sweep's folder: held by a tick in <c>owner.json</c>, judged by others on their own monotonic clock.</summary>
internal sealed class Ownership : IAsyncDisposable
{
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>An owner whose file has not changed for so long is dead. Attribute caches of NFS may hide a tick for a while.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Two that take over at the same moment both rename; the later rename stands, and the other sees it after this pause.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    private readonly SweepFolder _folder;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ticking;
    private OwnerRecord _mine;

    private Ownership(SweepFolder folder, OwnerRecord mine, OwnerRecord? former, TimeProvider time)
    {
        (_folder, _mine, Former, _time) = (folder, mine, former, time);
        _ticking = TickAsync();
    }

    /// <summary>Whose place was taken, when it was found dead; null where there was nobody.</summary>
    public OwnerRecord? Former { get; }

    /// <summary>The former owner's machine has been restarted, or is another one.</summary>
    public bool NodeWasLost => Former is { } former && (former.Host, former.BootId) != (_mine.Host, _mine.BootId);

    /// <summary>Fires when <c>scalelab cancel</c> asked for it, or when another driver has taken the folder over.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Another driver holds the folder now: write nothing more.</summary>
    public bool Lost => _folder.IsLost;

    /// <exception cref="InputException">Another driver is alive.</exception>
    public static async Task<Ownership> TakeAsync(SweepFolder folder, OwnerRecord mine, TimeProvider time, CancellationToken cancellation = default)
    {
        OwnerRecord? former = null;
        Directory.CreateDirectory(folder.Path);
        if (!AtomicFile.TryCreate(folder.OwnerFile, Bytes(mine)))
        {
            former = Read(folder);
            await WaitForDeathAsync(folder, mine, time, cancellation);
            SweepFolder.Replace(folder.OwnerFile, Bytes(mine));
            await Task.Delay(Settling, time, cancellation);
            if (Read(folder) is { } now && now.Nonce != mine.Nonce)
            {
                throw Driven(folder, now);
            }
        }

        return new Ownership(folder, mine, former, time);
    }

    /// <returns>Null where nobody drives the folder, or the file is not readable.</returns>
    public static OwnerRecord? Read(SweepFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.OwnerFile), OrchestratorJson.Default.OwnerRecord);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns once the owner is gone or has not ticked for <see cref="Patience"/>.</summary>
    /// <returns>False at the first tick seen, unless <paramref name="patiently"/>.</returns>
    public static async Task<bool> IsDeadAsync(SweepFolder folder, OwnerRecord here, TimeProvider time, bool patiently, CancellationToken cancellation = default)
    {
        var last = ReadBytes(folder);
        var seen = time.GetTimestamp();
        while (last is not null && Read(folder)?.IsGone(here) is not true && time.GetElapsedTime(seen) < Patience)
        {
            await Task.Delay(Tick / 4, time, cancellation);
            var now = ReadBytes(folder);
            if (now is not null && !now.AsSpan().SequenceEqual(last))
            {
                if (!patiently)
                {
                    return false;
                }

                seen = time.GetTimestamp();
            }

            last = now;
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _ticking;
        if (!Lost && Read(_folder)?.Nonce == _mine.Nonce)
        {
            File.Delete(_folder.CancelFile);
            File.Delete(_folder.OwnerFile);
        }

        _end.Dispose();
        _stop.Dispose();
    }

    private static async Task WaitForDeathAsync(SweepFolder folder, OwnerRecord mine, TimeProvider time, CancellationToken cancellation)
    {
        if (!await IsDeadAsync(folder, mine, time, patiently: false, cancellation))
        {
            throw Driven(folder, Read(folder));
        }
    }

    private static InputException Driven(SweepFolder folder, OwnerRecord? owner) =>
        new($"{folder.Path} is being driven by process {owner?.Pid} on {owner?.Host}; 'scalelab cancel {folder.Path}' stops it");

    private static byte[]? ReadBytes(SweepFolder folder)
    {
        try
        {
            return File.ReadAllBytes(folder.OwnerFile);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static byte[] Bytes(OwnerRecord owner) => JsonSerializer.SerializeToUtf8Bytes(owner, OrchestratorJson.Default.OwnerRecord);

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(Tick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                Beat();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Beat()
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(_folder.OwnerFile), OrchestratorJson.Default.OwnerRecord)?.Nonce != _mine.Nonce)
            {
                _folder.IsLost = true;
                _stop.Cancel();
                _end.Cancel();
                return;
            }

            _mine = _mine with { Sequence = _mine.Sequence + 1 };
            SweepFolder.Replace(_folder.OwnerFile, Bytes(_mine));
            if (File.Exists(_folder.CancelFile) && File.ReadAllText(_folder.CancelFile, Encoding.UTF8).Trim() == _mine.Nonce)
            {
                _stop.Cancel();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // A tick missed for want of room or a hanging mount is made up by the next.
        }
    }
}
