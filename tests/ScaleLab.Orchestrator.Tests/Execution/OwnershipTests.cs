using Microsoft.Extensions.Time.Testing;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class OwnershipTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-").FullName;
    private readonly SweepFolder _folder;
    private readonly FakeTimeProvider _time = new();

    // Of another machine: its process cannot be looked up from here.
    private readonly OwnerRecord _elsewhere = OwnerRecord.OfThisProcess(1) with { Host = "elsewhere", Nonce = "elsewhere" };

    public OwnershipTests() => _folder = new SweepFolder(_root);

    [Fact]
    public async Task A_folder_is_free_again_once_its_owner_has_left()
    {
        await (await Take()).DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
        await (await Take()).DisposeAsync();
    }

    [Fact]
    public async Task A_second_driver_is_refused_while_the_first_one_ticks()
    {
        await using var first = await Ownership.TakeAsync(_folder, _elsewhere, _time, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<InputException>(() => Advance(Take()));
        Assert.Equal($"{_root} is being driven by process {Environment.ProcessId} on elsewhere; 'scalelab cancel {_root}' stops it", error.Message);
    }

    [Fact]
    public async Task A_driver_that_has_stopped_ticking_is_replaced_after_the_patience_and_not_before()
    {
        AtomicFile.TryCreate(_folder.OwnerFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(_elsewhere, OrchestratorJson.Default.OwnerRecord));
        var begun = _time.GetTimestamp();
        await using var second = await Advance(Take());
        Assert.InRange(_time.GetElapsedTime(begun), Ownership.Patience, Ownership.Patience + TimeSpan.FromSeconds(2));
        Assert.Equal(Environment.MachineName, Ownership.Read(_folder)!.Host);
    }

    [Fact]
    public async Task A_driver_whose_process_is_gone_from_this_machine_is_replaced_at_once()
    {
        var gone = OwnerRecord.OfThisProcess(1) with { Started = 1 };
        AtomicFile.TryCreate(_folder.OwnerFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(gone, OrchestratorJson.Default.OwnerRecord));
        var begun = _time.GetTimestamp();
        await using var second = await Advance(Take());
        Assert.InRange(_time.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_clock_on_the_wall_plays_no_part()
    {
        await using var first = await Ownership.TakeAsync(_folder, _elsewhere, _time, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(_folder.OwnerFile, new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await Assert.ThrowsAsync<InputException>(() => Advance(Take()));
    }

    [Fact]
    public async Task An_owner_that_slept_through_its_replacement_stops()
    {
        var first = await Take();
        SweepFolder.Replace(_folder.OwnerFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(_elsewhere, OrchestratorJson.Default.OwnerRecord));
        await Advance(Stopped(first));
        Assert.True(first.Lost);
        await first.DisposeAsync();
        Assert.Equal("elsewhere", Ownership.Read(_folder)!.Nonce);
    }

    [Fact]
    public async Task Cancel_stops_the_driver_it_names_and_waits_for_it()
    {
        var owner = await Take();
        var cancel = CancelRequest.SendAsync(_folder, OwnerRecord.OfThisProcess(1), _time, TestContext.Current.CancellationToken);
        await Advance(Stopped(owner));
        Assert.False(owner.Lost);
        Assert.False(cancel.IsCompleted);
        await owner.DisposeAsync();
        Assert.Equal(Environment.ProcessId, (await Advance(cancel))!.Pid);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task A_cancel_meant_for_an_earlier_driver_does_nothing()
    {
        File.WriteAllText(_folder.CancelFile, "an earlier one");
        await using var owner = await Take();
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(Ownership.Tick);
            await Task.Yield();
        }

        Assert.False(owner.Stop.IsCancellationRequested);
    }

    [Fact]
    public async Task There_is_nothing_to_cancel_where_nobody_drives() =>
        Assert.Null(await CancelRequest.SendAsync(_folder, OwnerRecord.OfThisProcess(1), _time, TestContext.Current.CancellationToken));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<Ownership> Take() => Ownership.TakeAsync(_folder, OwnerRecord.OfThisProcess(1), _time);

    private static async Task<bool> Stopped(Ownership owner)
    {
        var stopped = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = owner.Stop.Register(() => stopped.SetResult(true));
        return await stopped.Task;
    }

    // Lets time pass until the task is done; a quarter of a tick at a time, so that no one misses one.
    private async Task<T> Advance<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(Ownership.Tick / 4);
            for (var i = 0; i < 100 && !task.IsCompleted; i++)
            {
                await Task.Yield();
            }
        }

        return await task;
    }
}
