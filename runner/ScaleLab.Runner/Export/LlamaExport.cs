using System.Text.Json;
using System.Text.Json.Nodes;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Checkpoints;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Export;

/// <summary>Writes a language model as <c>model.safetensors</c> and <c>config.json</c> under the names of Hugging Face's <c>LlamaForCausalLM</c>, which computes the same function.</summary>
internal static class LlamaExport
{
    private const string Model = "model.safetensors";

    // A product cannot be divided back to the bit, so the last gain stands beside it as it was trained.
    private const string Unscaled = "final_norm.safetensors";
    private const string FinalNorm = "norm";

    public static void Write(string folder, LanguageModelShape shape, ParameterSet parameters)
    {
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Safetensors.Write(Path.Combine(folder, Model), [.. Tensors(shape, parameters), Norm(parameters[FinalNorm] * LanguageModel.HeadScale(shape))]);
        Safetensors.Write(Path.Combine(folder, Unscaled), [Norm(parameters[FinalNorm])]);
        File.WriteAllBytes(Path.Combine(folder, "config.json"), JsonSerializer.SerializeToUtf8Bytes(Config(shape), RunnerJson.Default.JsonObject));
    }

    /// <summary>Fills <paramref name="parameters"/> with what <see cref="Write"/> wrote, bit for bit.</summary>
    /// <exception cref="Contracts.InputException">A file is missing or damaged.</exception>
    public static void Read(string folder, LanguageModelShape shape, ParameterSet parameters)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            Safetensors.Read(Path.Combine(folder, Model), [.. Tensors(shape, parameters)]);
            Safetensors.Read(Path.Combine(folder, Unscaled), [Norm(parameters[FinalNorm])]);
        }
        catch (IOException e)
        {
            throw new InputException($"{folder}: unreadable weights: {e.Message}");
        }
    }

    // Llama scales no logits, so the last gain does.
    private static (string Name, Tensor Value) Norm(Tensor gain) => ("model.norm.weight", gain);

    // All but the last gain, as parts of our tensors: what is written into them is written into the model.
    private static IEnumerable<(string Name, Tensor Value)> Tensors(LanguageModelShape shape, ParameterSet parameters)
    {
        yield return ("model.embed_tokens.weight", parameters["embedding"]);
        for (var l = 0; l < shape.Depth; l++)
        {
            var (from, to) = ($"blocks.{l}", $"model.layers.{l}");
            var qkv = parameters[$"{from}.attention.qkv"].chunk(3, 0);
            var gateUp = parameters[$"{from}.mlp.gate_up"].chunk(2, 0);
            yield return ($"{to}.input_layernorm.weight", parameters[$"{from}.attention.norm"]);
            yield return ($"{to}.self_attn.q_proj.weight", qkv[0]);
            yield return ($"{to}.self_attn.k_proj.weight", qkv[1]);
            yield return ($"{to}.self_attn.v_proj.weight", qkv[2]);
            yield return ($"{to}.self_attn.o_proj.weight", parameters[$"{from}.attention.out"]);
            yield return ($"{to}.post_attention_layernorm.weight", parameters[$"{from}.mlp.norm"]);
            yield return ($"{to}.mlp.gate_proj.weight", gateUp[0]);
            yield return ($"{to}.mlp.up_proj.weight", gateUp[1]);
            yield return ($"{to}.mlp.down_proj.weight", parameters[$"{from}.mlp.down"]);
        }

        if (!shape.Tied)
        {
            yield return ("lm_head.weight", parameters["head"]);
        }
    }

    private static JsonObject Config(LanguageModelShape shape) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = shape.Vocabulary,
        ["max_position_embeddings"] = shape.Context,
        ["hidden_size"] = shape.Width,
        ["intermediate_size"] = shape.FeedForward,
        ["num_hidden_layers"] = shape.Depth,
        ["num_attention_heads"] = shape.Heads,
        ["num_key_value_heads"] = shape.Heads,
        ["hidden_act"] = "silu",
        ["rms_norm_eps"] = Layers.NormEpsilon,
        ["rope_theta"] = LanguageModel.RopeBase,
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = shape.Tied,
        ["torch_dtype"] = "float32",
    };
}
