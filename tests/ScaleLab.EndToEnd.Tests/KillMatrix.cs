using System.Globalization;

namespace ScaleLab.EndToEnd.Tests;

/// <summary>Kills driver, workers or both of a sweep with SIGKILL at random moments of its life, again and again, and compares what comes out in the end.</summary>
internal sealed class KillMatrix(TinySweep sweep, Random random)
{
    // A sweep that never got on would prove as little as one that was never killed.
    private const int KillsPerFolder = 12;

    // Sweeps on a machine that others leave in peace again are over before the kill.
    private TimeSpan _life = sweep.Duration;

    /// <summary>Kills until <paramref name="kills"/> have hit a living driver.</summary>
    /// <param name="kills">At least this many.</param>
    /// <param name="say">Takes a line for each folder.</param>
    public async Task<KillReport> RunAsync(int kills, Action<string> say)
    {
        var report = new KillReport();
        while (report.Kills < kills)
        {
            var folder = sweep.NewFolder();
            var left = Math.Min(KillsPerFolder, kills - report.Kills);
            while (left > 0 && await KillAsync(folder, report))
            {
                left--;
            }

            using var last = sweep.Run(folder);
            var (code, _, error) = await last.EndAsync();
            if (code != 0)
            {
                throw new InvalidOperationException($"{folder} did not finish: {error}");
            }

            Compare(sweep, folder, report);
            say(FormattableString.Invariant($"{report.Folders} folders: {report}"));
        }

        return report;
    }

    // False once the sweep has finished before the kill.
    private async Task<bool> KillAsync(string folder, KillReport report)
    {
        using var driver = sweep.Run(folder);
        var victim = random.Next(3);
        if (await driver.IsOverAfterAsync(random.NextDouble() * _life))
        {
            _life *= 0.75;
            return false;
        }

        if (victim != 0)
        {
            report.Workers++;
            driver.KillWorkers();
        }

        if (victim == 1 && random.Next(2) == 0)
        {
            // The driver gives its workers' runs to new workers, and dies in the midst of it.
            await driver.IsOverAfterAsync(random.NextDouble() * _life / 2);
        }

        if (victim != 1)
        {
            report.Drivers++;
        }

        driver.Kill();
        await driver.EndAsync();
        report.Kills++;
        return true;
    }

    /// <summary>Adds what a folder holds now to a report.</summary>
    public static void Compare(TinySweep sweep, string folder, KillReport report)
    {
        var (results, curves) = TinySweep.Tables(folder);
        var (expected, found) = (Keys(sweep.Results), Keys(results));
        report.Folders++;
        report.Attempts += Directory.EnumerateDirectories(Path.Combine(folder, "runs")).Sum(r => Directory.EnumerateDirectories(Path.Combine(r, "attempts")).Count());
        report.Lost += expected.Except(found).Count();
        report.Doubled += found.Count - found.Distinct().Count();
        report.DifferentResults += results == sweep.Results ? 0 : 1;
        report.DifferentCurves += curves == sweep.Curves ? 0 : 1;

        static List<string> Keys(string table) => [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[0])];
    }
}

/// <summary>What the kills did.</summary>
internal sealed class KillReport
{
    public int Kills { get; set; }

    /// <summary>Of them, with the workers as victims.</summary>
    public int Workers { get; set; }

    /// <summary>Of them, with the driver as the first victim or beside the workers.</summary>
    public int Drivers { get; set; }

    public int Folders { get; set; }

    /// <summary>At all runs of all folders.</summary>
    public int Attempts { get; set; }

    /// <summary>Rows that an undisturbed sweep has and a killed one has not.</summary>
    public int Lost { get; set; }

    public int Doubled { get; set; }

    public int DifferentResults { get; set; }

    public int DifferentCurves { get; set; }

    public bool IsClean => Lost + Doubled + DifferentResults + DifferentCurves == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kills} kills (workers {Workers}, drivers {Drivers}), {Attempts} attempts, {Lost} runs lost, {Doubled} doubled, results.csv different in {DifferentResults}, curves.csv in {DifferentCurves}");
}
