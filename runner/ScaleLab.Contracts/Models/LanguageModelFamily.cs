using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>Decoder-only language models.</summary>
public sealed class LanguageModelFamily : ModelFamily
{
    public override string Name => LanguageModelShape.FamilyName;

    public override ModelOptions Defaults { get; } = new LanguageModelOptions();

    public override string Unit => "tokens";

    public override string? Obstacle(ModelOptions options, CorpusInfo corpus)
    {
        var context = ((LanguageModelOptions)options).Context;
        return corpus.Images is not null ? $"model '{Name}' trains on tokens; {corpus.Origin} holds images"
            : corpus.TrainTokens <= context || corpus.HeldOutTokens <= context
            ? $"the corpus has {corpus.TrainTokens} tokens to train on and {corpus.HeldOutTokens} held out; one window of {context} needs more"
            : corpus.Strings is { Tokens: var length } && length != context
            ? $"{corpus.Origin} has strings of {length} tokens, start symbol included, and a window must hold one: write options: {{context: {length}}}"
            : null;
    }

    public override ModelShape Solve(double target, ModelOptions options, CorpusInfo corpus) => Solve(target, (LanguageModelOptions)options, corpus.VocabularySize);

    /// <param name="target">Wanted parameters, all of them counted.</param>
    /// <param name="options">The sweep's choices.</param>
    /// <param name="vocabulary">Size of the corpus's vocabulary.</param>
    /// <exception cref="InputException">No shape comes within 30 % of the target, or the options contradict each other.</exception>
    public static LanguageModelShape Solve(double target, LanguageModelOptions options, int vocabulary) => options.Context < 2
        ? throw new InputException($"context {options.Context} is too short; at least 2")
        : SizeDial.Nearest(target, width => At(width, options, vocabulary), $"no width can be cut into {options.Heads} heads of even width");

    // Depth ∝ width^0.6 and a hidden layer of 8/3 width follow the shapes that Llama-like ladders use, down to toy sizes.
    private static LanguageModelShape? At(int width, LanguageModelOptions options, int vocabulary)
    {
        var heads = options.Heads ?? SizeDial.Heads(width);
        return width % heads != 0 || (width / heads) % 2 != 0
            ? null
            : new LanguageModelShape
            {
                Vocabulary = vocabulary,
                Context = options.Context,
                Width = width,
                Depth = options.Depth ?? Math.Max(2, (int)Math.Round(Math.Pow(width, 0.6) / 5)),
                Heads = heads,
                FeedForward = (int)Math.Ceiling(width * 8 / 3.0 / 16) * 16,
                Tied = options.Tied,
            };
    }
}
