using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Serving;

namespace ScaleLab.Runner.Tests.Serving;

public sealed class ClassifyTests : TorchTests
{
    public static TheoryData<Exception, FailureClass> Errors => new()
    {
        { new InvalidOperationException("CUDA out of memory. Tried to allocate 2.00 GiB."), FailureClass.DeviceOutOfMemory },
        { new InvalidOperationException("[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4000000000000 bytes. Error code 12"), FailureClass.DeviceOutOfMemory },
        { new InvalidOperationException("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."), FailureClass.DeviceOutOfMemory },
        { new InsufficientMemoryException(), FailureClass.DeviceOutOfMemory },
        { new IOException("No space left on device", 28), FailureClass.DiskFull },
        { new IOException("Disk quota exceeded", 122), FailureClass.DiskFull },
        { new IOException("Stale file handle", 116), FailureClass.Lost },
        { new UnauthorizedAccessException("Access to the path is denied."), FailureClass.Lost }, // EACCES and EPERM, as a network drive may say for a while
        { new InputException("no such corpus"), FailureClass.Permanent },
        { new InvalidOperationException("a bug"), FailureClass.Permanent },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Errors_have_the_class_of_their_cause(Exception error, FailureClass expected) => Assert.Equal(expected, RunExecution.Classify(error));

    [Fact]
    public void What_libtorch_says_when_it_gets_no_memory_is_understood() =>
        Assert.Equal(FailureClass.DeviceOutOfMemory, RunExecution.Classify(Assert.ThrowsAny<Exception>(() => TorchSharp.torch.empty(1L << 50))));
}
