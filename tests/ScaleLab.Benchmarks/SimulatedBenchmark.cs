using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;

namespace ScaleLab.Benchmarks;

/// <summary>A sweep of 10,000 simulated runs on 64 slots, of which one attempt in twenty is lost: what the orchestrator itself costs. Every figure is of a <c>scalelab</c> process of its own.</summary>
internal static class SimulatedBenchmark
{
    private const int Runs = 10_000;

    // 10 sizes x 25 amounts of data x 20 seeds: as many branches as stretches of trunks.
    private const string Sweep =
        """
        name: simulated-10k
        model: lm
        data: {source: markov, states: 16, tokens: 1M}
        grid:
          n: [15k, 22k, 30k, 43k, 60k, 80k, 133k, 230k, 382k, 600k]
          d: [1M, 1.5M, 2M, 2.5M, 3M, 4M, 5M, 6M, 7M, 8M, 9M, 10M, 12M, 14M, 16M, 18M, 20M, 24M, 28M, 32M, 36M, 40M, 50M, 60M, 70M]
          seeds: 20
        """;

    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("scalelab-simulated-").FullName;
        try
        {
            var (spec, sweep) = (Path.Combine(folder, "sweep.yaml"), Path.Combine(folder, "out"));
            File.WriteAllText(spec, Sweep);
            string[] run = ["run", spec, "--out", sweep, "--executor", "simulated", "--lanes", "64", "--failures", "0.05"];
            Measure("plan", ["plan", spec], silent: true);
            Print("plan", Measure("plan", ["plan", spec]), "");
            var first = Measure("run", run);
            var resume = Measure("resume", run);

            // Without its report a finished sweep is analysed again, and nothing else.
            File.Delete(Path.Combine(sweep, "report.html"));
            var analysis = Measure("analyse", run).Cpu - resume.Cpu;
            Print("run", first, FormattableString.Invariant($", of which law, figures and report {analysis.TotalSeconds:0.00} s; without them {(first.Cpu - analysis).TotalMilliseconds / Runs:0.00} ms a run"));
            Print("resume", resume, "");
            Print("status", Measure("status", ["status", sweep]), "");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Cost Measure(string what, string[] arguments, bool silent = false)
        {
            if (!silent)
            {
                Console.Error.WriteLine($"{what} …");
            }

            return Cost.Of(folder, arguments);
        }

        static void Print(string what, Cost cost, string more) =>
            Console.WriteLine(FormattableString.Invariant($"{what,-7} {cost.Wall.TotalSeconds,6:0.00} s, {cost.Cpu.TotalSeconds,6:0.00} s of CPU, {cost.PeakBytes / 1e6,4:0} MB{more}"));
    }

    private sealed record Cost(TimeSpan Wall, TimeSpan Cpu, long PeakBytes)
    {
        private const int TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on every Linux that .NET runs on

        // As users start it: in its own folder it is precompiled, beside us it is not.
        private static readonly string Scalelab = Path.GetFullPath("../../ScaleLab.Cli/release/scalelab", AppContext.BaseDirectory);
        private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(10);

        public static Cost Of(string data, string[] arguments)
        {
            var start = new ProcessStartInfo(Scalelab, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["SCALELAB_DATA"] = Path.Combine(data, "data");
            var begun = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var (cpu, peak) = (0L, 0L);

            // Both counters only grow, and are gone with the process.
            while (!process.WaitForExit(Sampling))
            {
                (cpu, peak) = Read(process.Id) ?? (cpu, peak);
            }

            Task.WaitAll(output, error);
            return process.ExitCode is 0 or 3
                ? new Cost(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds((double)cpu / TicksPerSecond), peak)
                : throw new InputException($"scalelab {string.Join(' ', arguments)} failed: {error.Result}");
        }

        // Fields 14 and 15 of /proc/<pid>/stat, and VmHWM (proc(5)).
        private static (long Cpu, long Peak)? Read(int pid)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{pid}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var peak = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                return peak is null ? null : (Number(fields[11]) + Number(fields[12]), 1024 * Number(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
            }
            catch (IOException)
            {
                return null;
            }

            static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
        }
    }
}
