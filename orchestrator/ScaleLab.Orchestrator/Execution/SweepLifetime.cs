using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Ends the sweep on signals: the first asks for checkpoints, the second for the end.</summary>
internal sealed class SweepLifetime(IHostApplicationLifetime application, Ownership owner) : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _kill = new();
    private readonly List<IDisposable> _registrations = [];

    /// <summary>Fires at the second signal.</summary>
    public CancellationToken Kill => _kill.Token;

    public SweepEnd End { get; private set; } = SweepEnd.Completed;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(owner.Stop.Register(() => Stop(owner.Lost ? SweepEnd.Superseded : SweepEnd.Cancelled)));
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Received));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _kill.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        if (End == SweepEnd.Completed)
        {
            Stop(context.Signal == PosixSignal.SIGINT ? SweepEnd.Interrupted : SweepEnd.Terminated);
        }
        else
        {
            _kill.Cancel();
        }
    }

    private void Stop(SweepEnd end)
    {
        End = end;
        application.StopApplication();
    }
}
