using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Doctor;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Serving;

try
{
    switch (args)
    {
        case ["data", .. var rest]:
            return PrepareCommand.Run(rest);
        case ["serve"]:
            // Before libtorch, so that nothing it prints can reach the protocol.
            using (var output = StandardOutput.Take())
            {
                Malloc.KeepFreedMemory();
                LibTorch.Load();
                return ServeCommand.Run(Console.OpenStandardInput(), output, CorpusStore.Default, TimeProvider.System);
            }

        case ["run", .. var rest]:
            Malloc.KeepFreedMemory();
            LibTorch.Load();
            return RunCommand.Run(rest);
        case ["doctor", var device, var math]:
            using (var output = StandardOutput.Take())
            {
                LibTorch.Load();
                return DoctorCommand.Run(device, math, output);
            }

        case ["rates", var device, var math]:
            using (var output = StandardOutput.Take())
            {
                LibTorch.Load();
                return RatesCommand.Run(device, math, output);
            }

        case ["devices"]:
            using (var output = StandardOutput.Take())
            {
                LibTorch.Load();
                return DevicesCommand.Run(output);
            }

        case ["--version"]:
            Console.WriteLine(BuildInfo.Version);
            return 0;
        default:
            Console.Error.WriteLine("usage: scalelab-runner run [--recompute] FOLDER… | serve | data JSON | devices | doctor DEVICE exact|fast | rates DEVICE exact|fast | --version");
            return 2;
    }
}
catch (InputException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
