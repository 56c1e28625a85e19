using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>The process around a sweep: services, log, signals.</summary>
internal static class SweepHost
{
    /// <summary>Trains what is missing. The caller holds the folder (<paramref name="owner"/>) and keeps executor and view for itself to dispose.</summary>
    public static async Task<SweepSummary> RunAsync(Plan plan, Survey survey, SweepFolder folder, Ownership owner, IRunExecutor executor, IProgressView view, DiskRoom room, TimeProvider time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        using var log = new JsonLinesLog(folder, time);
        builder.Logging.AddProvider(log);
        builder.Logging.AddFilter("Microsoft", LogLevel.Error);
        builder.Services
            .AddSingleton(plan)
            .AddSingleton(survey)
            .AddSingleton(folder)
            .AddSingleton(owner)
            .AddSingleton(executor)
            .AddSingleton(view)
            .AddSingleton(room)
            .AddSingleton(time)
            .AddSingleton<SweepLifetime>()
            .AddSingleton<IHostLifetime>(s => s.GetRequiredService<SweepLifetime>())
            .AddSingleton<SweepService>()
            .AddHostedService(s => s.GetRequiredService<SweepService>())
            .Configure<HostOptions>(o =>
            {
                // Checkpoints take as long as they take; a second signal ends the waiting.
                o.ShutdownTimeout = Timeout.InfiniteTimeSpan;
                o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
            });
        using var host = builder.Build();
        var service = host.Services.GetRequiredService<SweepService>();
        await host.RunAsync();
        try
        {
            await service.ExecuteTask!;
        }
        catch (OperationCanceledException) when (service.Summary.End != SweepEnd.Completed)
        {
            // The second signal.
        }

        return service.Summary;
    }
}
