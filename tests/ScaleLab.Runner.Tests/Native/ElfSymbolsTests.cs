using ScaleLab.Runner.Native;

namespace ScaleLab.Runner.Tests.Native;

public sealed class ElfSymbolsTests : TorchTests
{
    [Fact]
    public void The_libtorch_that_TorchSharp_was_made_for_lacks_nothing() => Assert.Empty(LibTorch.MissingSymbols());

    [Fact]
    public void A_libtorch_without_a_function_says_which_and_whether_it_would_load()
    {
        // None of these is there: every function that the shim calls is lazy, every table of virtual functions is not.
        var missing = LibTorch.Missing(name => !name.Contains("5torch", StringComparison.Ordinal) && !name.Contains("2at", StringComparison.Ordinal));
        Assert.True(missing.Count(s => !s.AtLoad) > 800);
        Assert.InRange(missing.Count(s => s.AtLoad), 50, 150);
        Assert.Contains(missing, s => s is { Name: "_ZN2at4_ops2mm4callERKNS_6TensorES4_", AtLoad: false });
        Assert.Contains(missing, s => s.AtLoad && s.Name.StartsWith("_ZTVN5torch2nn", StringComparison.Ordinal));
    }

    [Fact]
    public void What_no_library_has_is_not_found() => Assert.False(LibTorch.TryFind("_ZN8scalelab7nothingEv", out _));
}
