using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

/// <summary>Each kind of wrong spec gives one line that says where and what. The grid stands in line 4, what follows in line 5.</summary>
public sealed class BadSpecTests
{
    private const string Good = "grid: {n: [43k], d: [1M]}\n";

    public static TheoryData<string, string> Specs => new()
    {
        // The grid.
        { "grid: {n: [43k], d: [1M], points: 3}", "4:27: unknown key 'points'" },
        { "grid: {n: [43k]}", "4:7: 'grid' needs 'd', 'tokens_per_param' or 'isoflop'" },
        { "grid: {d: [1M]}", "4:7: 'grid' needs 'n' beside 'd'" },
        { "grid: {n: [43k], d: [1M], tokens_per_param: [20]}", "4:45: 'tokens_per_param' cannot stand beside 'd'" },
        { "grid: {n: [43k], isoflop: {flops: [1e12], points: 3}}", "4:11: 'n' stands inside 'isoflop' there: each size gets the D its budget affords" },
        { "grid: {isoflop: {flops: [1e12]}}", "4:17: 'isoflop' needs either 'n' or 'points'" },
        { "grid: {isoflop: {points: 3}}", "4:17: 'flops' is missing from 'grid.isoflop'" },
        { "grid: {n: [43k], d: [1M], seed: [0, 1], seeds: 2}", "4:48: 'seeds' cannot stand beside 'seed'" },
        { "grid: {n: [43k, fast], d: [1M]}", "4:17: 'n' must be a number such as 350k, 1.5M or 1e18, not 'fast'" },
        { "grid: {n: [43k, 43_000], d: [1M]}", "4:17: 'grid.n' holds 43000 twice" },
        { "grid: {n: [], d: [1M]}", "4:11: 'grid.n' is an empty list" },
        { "grid: {n: [43k], d: [-1M]}", "4:22: 'd' must be at least 1 and at most 1e+18, not -1M" },
        { "grid: {n: {from: 1k}, d: [1M]}", "4:11: 'n' takes one value, not keys" },
        { "grid: {n: [43k], d: [[1M]]}", "4:22: 'd' takes one value, not a list" },
        { "grid: {n: [43k], d: [1M], lr: [0]}", "4:32: 'lr' must be more than 0 and at most 100, not 0" },
        { "grid: {n: [43k], d: [1M], seed: [0.5]}", "4:34: 'seed' must be a whole number, not 0.5" },
        { "grid: {n: [43k], d: [1M], precision: [fp32]}", "4:27: unknown key 'precision'" },
        { "grid: {n: [43k], d: [1M], lr: [1e-3]}\ntrain: {lr: 2e-3}", "4:31: 'lr' stands under 'train' too" },
        { "grid: {n: [43k], d: [1M], seeds: 1000, lr: [1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3, 7e-3], clip: [1, 2, 3]}", "4:7: the grid has 21000 points; at most 20000" },
        { "grid: 3", "4:7: 'grid' holds keys of its own: n, d, tokens_per_param, isoflop, seed, seeds, cooldown, floor, warmup, warmup_share, lr, base_width, vector_lr, batch, batch_ramp, batch_ramp_from, batch_max, beta1, beta2, epsilon, weight_decay, clip" },
        { "grid:", "4:6: 'grid' is empty" },

        // Sizes that cannot be met.
        { "grid: {n: [3k], d: [1M]}", "4:12: no model of this recipe has about 3k parameters; the nearest has 14.9k (width 16, vocabulary 256)" },
        { "grid: {n: [43k], d: [300]}", "4:22: D = 300 is too small: the nearest whole number of steps of 256 tokens gives 256" },
        { "grid: {n: [43k], d: [512]}", "4:22: D = 512 is too small: its 2 steps of 256 tokens leave none for a cooldown of 0.2 of D" },
        { "grid: {isoflop: {flops: [1e10, 1e30], n: 43k}}", "4:32: D = 3.88e+24 is more than 1e+18" },
        { "grid: {n: 43k, tokens_per_param: 1e-6}", "4:34: D = 0.0432 is too small: the nearest whole number of steps of 256 tokens gives 256" },
        { "grid: {n: [43k], d: [10k]}", "4:22: D = 9.98k forks its cooldown at 7.94k tokens, before the warmup of 10.2k tokens ends" },
        { "grid: {n: [43k], d: [10k]}\ntrain: {schedule: cosine}", "4:22: D = 9.98k ends before the warmup of 10.2k tokens does" },

        // Rules of the recipe.
        { Good + "train: {schedule: linear}", "5:19: 'linear' is no schedule; there is cosine, wsd" },
        { Good + "train: {warmup_share: 0.1}", "5:23: 'warmup_share' depends on the final D, but under wsd one trunk serves every D and cannot know it; write 'warmup' in tokens, or 'schedule: cosine'" },
        { Good + "train: {floor: 0.1}", "5:16: 'floor' belongs to 'schedule: cosine'; under wsd the rate falls to 0" },
        { Good + "train: {schedule: cosine, cooldown: 0.1}", "5:37: 'cooldown' belongs to 'schedule: wsd'" },
        { Good + "train: {schedule: cosine, warmup: 1k, warmup_share: 0.1}", "5:53: 'warmup_share' cannot stand beside 'warmup'" },
        { Good + "train: {batch: 500}", "5:16: a batch of 500 tokens is no whole number of windows of 128; 512 is" },
        { Good + "train: {batch: 4096, batch_max: 2048}", "5:33: the batch starts at 4096 tokens, above its maximum of 2048" },
        { Good + "train: {cooldown: 1}", "5:19: 'cooldown' must be more than 0 and less than 1, not 1" },
        { Good + "train: {weight_decays: 0.1}", "5:9: unknown key 'weight_decays'; did you mean 'weight_decay'?" },
        { Good + "train: {lr: {base: 1}}", "5:13: 'lr' takes one value, not keys" },
        { Good + "recipe: fancy", "5:9: 'fancy' is no recipe; there is default" },

        // The rest of the spec.
        { Good + "options: {context: 1}", "5:20: 'context' must be at least 2 and at most 1048576, not 1" },
        { Good + "options: {tied: yes}", "5:17: 'tied' must be true or false, not 'yes'" },
        { Good + "options: {heads: 3}", "4:12: no model of this recipe has about 43k parameters; the nearest has 26.2k (width 24, vocabulary 256)" },
        { Good + "law: tied", "5:6: 'tied' is no law; there is chinchilla, power" },
        { Good + "evaluation: {blocks: 1000}", "5:22: the held-out set has 64 blocks, not 1000" },
        { Good + "budget: {flops: 1e10}", "5:17: the sweep costs 2.58e+11 FLOPs, 25.8 times the budget of 1e+10" },
        { Good + "budget: {hours: 1s}", "5:17: 'hours' must be a number such as 350k, 1.5M or 1e18, not '1s'" },
        { Good + "modle: lm", "5:1: unknown key 'modle'; did you mean 'model'?" },
        { Good + "name: again", "5:1: 'name' stands here twice; first in line 1" },

        // YAML beyond what a spec needs, and text that is no YAML.
        { Good + "train: &a {lr: 1}", "5:8: anchors are not allowed in a sweep" },
        { Good + "train: *a", "5:8: aliases are not allowed in a sweep" },
        { Good + "train: !!map {lr: 1}", "5:8: tags are not allowed in a sweep" },
        { Good + "---\nname: other", "5:1: a second document; a file holds one sweep" },
        { Good + "[a]: b", "5:1: a key must be a word" },
    };

    [Theory]
    [MemberData(nameof(Specs))]
    public void A_wrong_spec_is_told_in_one_line(string rest, string message)
    {
        var error = Assert.Throws<InputException>(() => Sample.Plan(rest));
        Assert.Equal($"sample.yaml:{message}", error.Message);
    }

    [Theory]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("- a\n- b", "1:1: a sweep is a list of 'key: value' lines")]
    [InlineData("name: a\nmodel: lm", "1:1: 'data' is missing")]
    [InlineData("name: A/../b\nmodel: lm", "1:7: 'A/../b' is no name: it must match [a-z0-9][a-z0-9._-]{0,63}")]
    [InlineData("model: vit", "1:8: 'vit' is no model; there is lm")]
    [InlineData("model: mae", "1:8: model 'mae' is not yet in this version; there is lm")]
    [InlineData("data: {source: web}", "1:16: 'web' is no source; there is dotnet-docs, text, tokens, markov")]
    [InlineData("data: {source: dotnet-doc}", "1:16: 'dotnet-doc' is no source; did you mean 'dotnet-docs'?; there is dotnet-docs, text, tokens, markov")]
    public void So_is_one_that_lacks_its_head(string text, string message)
    {
        var error = Assert.Throws<InputException>(() => Sample.PlanText(text));
        Assert.Equal($"sample.yaml:{message}", error.Message);
    }

    [Theory]
    [InlineData("{source: dotnet-docs, path: x}", "3:35: 'path' belongs to source text, tokens, not to dotnet-docs")]
    [InlineData("{source: text}", "3:7: source text needs 'path'")]
    [InlineData("{source: tokens, path: ., token_bytes: 3}", "3:46: 'token_bytes' must be 2 or 4, not 3")]
    [InlineData("{source: tokens, path: ., vocabulary: words}", "3:45: source tokens needs 'vocabulary', the number of ids: 2 to 10000000")]
    [InlineData("{source: text, path: ''}", "3:28: source text needs 'path'")]
    [InlineData("{source: text, path: \"a\\0b\"}", "3:28: 'path' contains a NUL character")]
    [InlineData("{source: markov, states: 1}", "3:32: 'states' must be at least 2 and at most 1024, not 1")]
    public void So_is_data_that_its_source_does_not_take(string data, string message)
    {
        var error = Assert.Throws<InputException>(() => Sample.PlanText($"name: a\nmodel: lm\ndata: {data}\n{Good}"));
        Assert.Equal($"sample.yaml:{message}", error.Message);
    }

    [Fact]
    public void A_relative_path_starts_at_the_folder_of_the_spec()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var error = Assert.Throws<InputException>(() =>
            SweepFile.Parse(Path.Combine(folder, "a.yaml"), $"name: a\nmodel: lm\ndata: {{source: text, path: ../b.txt}}\n{Good}"));
        Assert.EndsWith($"3:28: there is no {Path.GetFullPath(Path.Combine(folder, "../b.txt"))}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Two_hundred_thousand_brackets_are_an_error_and_no_crash(string bracket)
    {
        var text = string.Concat(Enumerable.Repeat(bracket, 200_000));
        var error = Assert.Throws<InputException>(() => Sample.PlanText(text));
        Assert.StartsWith("sample.yaml:1:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("name: [a")]
    [InlineData("name: \"a")]
    [InlineData("name: a\n\tmodel: lm")]
    [InlineData("name: a: b")]
    [InlineData("%YAML 9.9\n---\nname: a")]
    [InlineData("\0")]
    public void Text_that_is_no_yaml_is_told_with_its_place(string text)
    {
        var error = Assert.Throws<InputException>(() => Sample.PlanText(text));
        Assert.Matches(@"^sample\.yaml:\d+:\d+: [^\n]+$", error.Message);
    }
}
