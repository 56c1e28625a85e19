using System.Diagnostics;

namespace ScaleLab.EndToEnd.Tests;

/// <summary>Disks that are full, read-only or bad, and memory that runs out.</summary>
public sealed class DamageTests(UndisturbedSweep undisturbed)
{
    [Fact]
    public async Task A_full_disk_pauses_the_sweep_until_there_is_room()
    {
        // On a machine full of work the sweep may be over before the disk is full.
        var error = "";
        for (var tries = 0; tries < 5 && !error.Contains("pause: ", StringComparison.Ordinal); tries++)
        {
            error = await Filled();
        }

        Assert.Matches("pause: the disk under .* is full", error);
        Assert.Contains("room again: going on", error, StringComparison.Ordinal);

        async Task<string> Filled()
        {
            using var disk = new SmallDisk("4m");
            var folder = Path.Combine(disk.Path, "out");
            using var driver = undisturbed.Run(folder);
            await driver.Started;
            disk.Fill();
            await driver.Paused;
            disk.Free();
            var (code, _, error) = await driver.EndAsync();
            Assert.True(code == 0, error);
            Assert.Equal((undisturbed.Results, undisturbed.Curves), TinySweep.Tables(folder));
            Assert.Empty(Directory.EnumerateFiles(folder, "owner.json.*"));
            return error;
        }
    }

    [Fact]
    public async Task A_read_only_folder_is_one_line()
    {
        using var disk = new SmallDisk("4m");
        disk.MakeReadOnly();
        using var driver = undisturbed.Run(Path.Combine(disk.Path, "out"));
        var (code, _, error) = await driver.EndAsync();
        Assert.Equal((2, $"error: cannot write to {disk.Path}/out: Read-only file system; choose another folder with --out"), (code, error));
    }

    [Fact]
    public async Task Results_that_a_disk_has_damaged_are_trained_again()
    {
        var folder = undisturbed.Copy();
        var results = Directory.GetFiles(Path.Combine(folder, "runs"), "result.json", SearchOption.AllDirectories).Order().ToArray();
        File.WriteAllText(results[0], "{\"format\": 1, \"ke");
        File.WriteAllBytes(results[^1], new byte[300]);
        await undisturbed.Finish(folder);
    }

    [Fact]
    public async Task Checkpoints_that_a_disk_has_damaged_cost_time_alone()
    {
        var (folder, _, _) = await undisturbed.CatchAsync(driver => driver.Signal("INT"), (_, folder, _) => Checkpoints(folder).Count > 0);
        var checkpoints = Checkpoints(folder);
        Assert.NotEmpty(checkpoints);
        checkpoints.ForEach(Damage);
        await undisturbed.Finish(folder);

        // Of runs that are not finished.
        static List<string> Checkpoints(string folder) =>
            [.. Directory.GetDirectories(Path.Combine(folder, "runs"))
                .Where(r => !File.Exists(Path.Combine(r, "result.json")))
                .SelectMany(r => Directory.GetFiles(r, "tensors.safetensors", SearchOption.AllDirectories))];
    }

    [Fact]
    public async Task Ends_of_trunks_that_a_disk_has_damaged_are_trained_again_where_runs_grow_from_them()
    {
        var folder = undisturbed.Copy();
        foreach (var run in Directory.GetDirectories(Path.Combine(folder, "runs")))
        {
            if (Path.GetFileName(run).Contains("trunk", StringComparison.Ordinal))
            {
                Directory.GetFiles(run, "tensors.safetensors", SearchOption.AllDirectories).ToList().ForEach(Damage);
            }
            else
            {
                File.Delete(Path.Combine(run, "result.json"));
            }
        }

        await undisturbed.Finish(folder);
        Assert.NotEmpty(Directory.GetFiles(folder, "result.json.unreadable", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_run_that_does_not_fit_its_device_gives_the_same_loss_in_less_memory()
    {
        var (free, tight) = (undisturbed.NewFolder(), undisturbed.NewFolder());
        using var unlimited = new Driver(undisturbed.Data, "run", undisturbed.DeepSpec, "--out", free);
        var (first, _, complaint) = await unlimited.EndAsync();
        Assert.True(first == 0, complaint);

        // Between what this run takes with its activations and without.
        using var limited = new Driver(undisturbed.Data, [("SCALELAB_HEAP_LIMIT", "90000000")], ["run", undisturbed.DeepSpec, "--out", tight]);
        var (code, _, error) = await limited.EndAsync();
        Assert.True(code == 0, error);
        Assert.Matches("retry lm-.*: out of memory: [0-9]+ bytes in use, 90000000 allowed by SCALELAB_HEAP_LIMIT", error);
        Assert.Contains("(recomputing activations)", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tight, "memory.json")));
        Assert.Equal(TinySweep.Tables(free), TinySweep.Tables(tight));
    }

    private static void Damage(string file)
    {
        using var tensors = File.OpenWrite(file);
        tensors.Seek(-8, SeekOrigin.End);
        tensors.Write(new byte[8]);
    }

    /// <summary>A file system of its own in memory.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _filler;

        public SmallDisk(string size)
        {
            Path = Directory.CreateTempSubdirectory("scalelab-disk-").FullName;
            _filler = System.IO.Path.Combine(Path, "filler");
            Assert.SkipUnless(Mount("-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path), "A small disk takes the right to mount one.");
        }

        public string Path { get; }

        public void Fill()
        {
            using var file = new FileStream(_filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                while (true)
                {
                    file.Write(new byte[4096]);
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Free() => File.Delete(_filler);

        public void MakeReadOnly() => Assert.True(Mount("-o", "remount,ro", Path));

        public void Dispose()
        {
            // A worker may be a moment behind its driver.
            using var unmount = Process.Start("umount", ["--lazy", Path]);
            unmount.WaitForExit();
            Directory.Delete(Path);
        }

        private static bool Mount(params string[] arguments)
        {
            using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
            mount.WaitForExit();
            return mount.ExitCode == 0;
        }
    }
}
