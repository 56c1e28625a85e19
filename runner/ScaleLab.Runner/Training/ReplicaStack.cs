using System.Runtime.ExceptionServices;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>
/// Where runs of one shape meet at every step, each on its own thread with its own attempt, optimiser and checkpoints: those that ask for the same
/// samples' numbers get their gradients from one pass. One that lags behind, as after a resume, goes first until it has caught up.
/// </summary>
/// <param name="replicas">Runs that will come; each is waited for until it leaves.</param>
internal sealed class ReplicaStack(int replicas)
{
    private readonly object _gate = new();
    private readonly List<Request> _waiting = [];
    private readonly HeapLimit? _limit = HeapLimit.FromEnvironment();
    private int _members = replicas;

    /// <summary>The place of one of the runs; disposing leaves the others to go on without it.</summary>
    public Seat Join() => new(this, Replicas);

    private int Replicas { get; } = replicas;

    private double Gradients(NextToken objective, long first, int count, long units)
    {
        var request = new Request(objective, first, count, units);
        lock (_gate)
        {
            _waiting.Add(request);
            ServeIfComplete();
            while (!request.Done)
            {
                Monitor.Wait(_gate);
            }
        }

        request.Error?.Throw();
        return request.Nats;
    }

    private void Leave()
    {
        lock (_gate)
        {
            _members--;
            ServeIfComplete();
        }
    }

    // Whoever completes the round computes for all, while they wait.
    private void ServeIfComplete()
    {
        if (_waiting.Count == 0 || _waiting.Count < _members)
        {
            return;
        }

        var last = _waiting.MinBy(r => r.First)!;
        var group = _waiting.FindAll(r => (r.First, r.Count, r.Units) == (last.First, last.Count, last.Units));
        try
        {
            Compute(group);
        }
        catch (Exception e)
        {
            group.ForEach(r => r.Error = ExceptionDispatchInfo.Capture(e));
        }

        group.ForEach(r => r.Done = true);
        _waiting.RemoveAll(group.Contains);
        Monitor.PulseAll(_gate);
    }

    private void Compute(List<Request> group)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var (units, context) = (group[0].Units, group[0].Objective.Context);
        var windows = stack(group.Select(r => r.Objective.Windows(r.First, r.Count))); // (R, B, T + 1)
        var sums = group[0].Objective.PerUnit(StackedLanguageModel.LossSums([.. group.Select(r => r.Objective.Model)], windows.narrow(2, 0, context), windows.narrow(2, 1, context)));
        _limit?.Check();
        (sums.sum() / units).backward();
        foreach (var (request, nats) in group.Zip(sums.to(float64).to(CPU).data<double>().ToArray()))
        {
            request.Nats = nats;
        }
    }

    /// <summary>A run's place in a stack.</summary>
    internal sealed class Seat(ReplicaStack stack, int count) : IDisposable
    {
        /// <summary>Seats of the stack.</summary>
        public int Count => count;

        private bool _left;

        /// <summary>Adds to the parameters the gradient of the loss summed over some samples and divided by <paramref name="units"/>; waits for the other runs.</summary>
        /// <returns>The sum, nats.</returns>
        public double Gradients(NextToken objective, long first, int count, long units) => stack.Gradients(objective, first, count, units);

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                stack.Leave();
            }
        }
    }

    private sealed class Request(NextToken objective, long first, int count, long units)
    {
        public NextToken Objective => objective;

        public long First => first;

        public int Count => count;

        public long Units => units;

        public double Nats { get; set; }

        public bool Done { get; set; }

        public ExceptionDispatchInfo? Error { get; set; }
    }
}
