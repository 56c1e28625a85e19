using CsCheck;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

/// <summary>Whatever stands in a file, reading and planning it ends in a plan or in one line that says where and what.</summary>
public sealed class SpecFuzzTests
{
    private static readonly string[] Sweeps =
    [
        .. Directory.EnumerateFiles(Golden.RepositoryFile("sweeps"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText),
        .. Directory.EnumerateFiles(Golden.RepositoryFile("tests/ScaleLab.Orchestrator.Tests/Sweeps/Malformed"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText).Where(t => t.Length < 2000),
        Sample.Head + "grid: {n: [15k, 43k], tokens_per_param: [5, 20], lr: [1e-3, 2e-3], seeds: 2}\noptions: {context: 64, tied: true, depth: 2, heads: 2}\ntrain: {batch: 512, batch_ramp: 0.3, warmup: 4k}",
        Sample.Head + "grid: {isoflop: {flops: [1e12, 4e12], points: 3, centre: 20, spread: 2}, seed: [3, 4]}\ntrain: {schedule: cosine, warmup_share: 0.01}",
        "name: a\nmodel: lm\ndata: {source: markov, states: 16, tokens: 1M, seed: 1}\ngrid: {n: 43k, d: 1M}\nevaluation: {blocks: 2}\nbudget: {flops: 1e18, hours: 10}",
    ];

    // What YAML and the spec give a meaning to, and numbers at the ends of their types.
    private static readonly string[] Words =
    [
        "{", "}", "[", "]", ",", ":", ": ", "- ", "? ", "\n", "\n  ", "\t", "#", "'", "\"", "|", ">", "&a ", "*a", "!!str ", "%YAML 1.2\n", "---\n", "...\n", "\\", "\0", "\u2028", "\uFEFF", "~", "null", "true",
        "0", "1", "-1", "1e-300", "1e18", "1e300", "9223372036854775807", "9223372036854775808", "2147483648", ".nan", "0.1", "1k", "1T", "1_000",
        .. SweepKeys,
    ];

    private static IEnumerable<string> SweepKeys =>
        Sweeps.SelectMany(s => s.Split([' ', '\n', '{', '}', '[', ']', ',', ':'], StringSplitOptions.RemoveEmptyEntries)).Distinct();

    private static readonly Gen<string> Mutations = Gen.Select(Gen.OneOf(Sweeps), Gen.Select(Gen.Double.Unit, Gen.Int[0, 12], Gen.OneOf(Words)).List[1, 6], (sweep, edits) =>
        edits.Aggregate(sweep, (text, edit) =>
        {
            var at = (int)(edit.Item1 * text.Length);
            return text[..at] + edit.Item3 + text[Math.Min(text.Length, at + edit.Item2)..];
        }));

    [Fact]
    public void A_mutated_sweep_is_a_plan_or_one_line() => Mutations.Sample(text => Check(() => SweepFile.Parse("fuzz.yaml", text)), iter: 10_000);

    [Fact]
    public void So_are_random_bytes() => Gen.Byte.Array[0, 400].Sample(bytes => Check(() => SweepFile.Parse("fuzz.yaml", bytes)), iter: 10_000);

    [Fact]
    public void So_are_random_words() => Gen.OneOf(Words).Array[0, 60].Sample(words => Check(() => SweepFile.Parse("fuzz.yaml", string.Concat(words))), iter: 10_000);

    private static void Check(Func<SweepFile> read)
    {
        try
        {
            var plan = Planner.Plan(read(), Sample.Corpus, new Target(), "0.1.0");
            Assert.NotEmpty(plan.Runs);
            Assert.All(plan.Runs, r => Assert.True(r is { C: > 0, CSpent: > 0, Memory: > 0, Disk: > 0 } && r.Time > TimeSpan.Zero, r.ToString()));
        }
        catch (InputException e)
        {
            Assert.Matches(@"^fuzz\.yaml: ?(\d+:\d+: )?[^\p{Cc}\u2028\u2029]+$", e.Message);
        }
    }
}
