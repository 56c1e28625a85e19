using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ScaleLab.EndToEnd.Tests.Slurm;

/// <summary>A real Slurm of two virtual nodes with fake GPUs and shards: one controller, two node daemons, on loopback, as whoever runs the tests. No accounting, no cgroups.</summary>
internal sealed class SlurmCluster : IDisposable
{
    public const string Packages = "munge, slurmctld, slurmd and slurm-client";

    public static readonly string[] Nodes = ["n1", "n2"];

    private const int Gpus = 4;
    private const int Shards = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _root;

    /// <param name="graceTime">Seconds that a preempted job may take to leave.</param>
    public SlurmCluster(int graceTime = 0)
    {
        // Paths of sockets are short.
        _root = Directory.CreateTempSubdirectory("slurm-").FullName;
        foreach (var folder in (string[])["state", "spool", "log", "run", "dev", "munge"])
        {
            Directory.CreateDirectory(In(folder));
        }

        // munged refuses a folder that others can write to, and clients refuse one that they cannot enter.
        Permit(_root, UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Permit(In("run"), UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.WriteAllBytes(In("munge/key"), RandomNumberGenerator.GetBytes(1024));
        File.SetUnixFileMode(In("munge/key"), UnixFileMode.UserRead);
        for (var gpu = 0; gpu < Gpus; gpu++)
        {
            // Slurm wants a character device; whether it computes is not asked.
            File.CreateSymbolicLink(In(Line($"dev/gpu{gpu}")), "/dev/null");
        }

        Write(graceTime);
        Run("munged", "--force", $"--key-file={In("munge/key")}", $"--socket={In("run/munge.sock")}", $"--pid-file={In("run/munged.pid")}", $"--log-file={In("log/munged.log")}", $"--seed-file={In("munge/seed")}");
        StartController(clean: true);
        foreach (var node in Nodes)
        {
            StartNode(node);
        }

        Settle();
    }

    /// <summary>Why there is none; null where it can be started.</summary>
    public static string? Obstacle => Array.TrueForAll(["munged", "slurmctld", "slurmd", "sbatch"], t => Find(t) is not null) ? null
        : $"Slurm is not here (Debian: {Packages}).";

    /// <summary>False where there is no controller, and for a moment after it has come back: it has not heard of its nodes yet.</summary>
    public bool TakesJobs => Run("sbatch", "--test-only", "--gres=shard:1", "--wrap=true").Length == 0;

    /// <summary>For those who talk to it.</summary>
    public (string Name, string Value)[] Environment => [("SLURM_CONF", In("slurm.conf"))];

    /// <summary>Runs a command of Slurm.</summary>
    /// <returns>What it printed, or its complaint.</returns>
    public string Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(tool) ?? tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SLURM_CONF"] = In("slurm.conf");
        using var process = Process.Start(start)!;

        // Daemons keep what they inherit: read no further than the parent's end.
        var (output, error) = tool is "munged" or "slurmctld" or "slurmd" ? (Task.FromResult(""), Task.FromResult("")) : (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : error.Result;
    }

    /// <summary>An urgent job that wants a node to itself for a moment: what is there must go.</summary>
    public void Preempt(string node) => Run("sbatch", "--partition=urgent", $"--nodelist={node}", "--exclusive", "--output=/dev/null", "--wrap=sleep 1");

    /// <summary>Lets jobs go that were sent for later.</summary>
    public void Begin()
    {
        foreach (var job in Run("squeue", "--noheader", "--states=PENDING", "--format=%A").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            Run("scontrol", "update", $"JobId={job}", "StartTime=now");
        }
    }

    public void SetGraceTime(int seconds) => Run("scontrol", "update", "PartitionName=main", Line($"GraceTime={seconds}"));

    public void StartController(bool clean = false) => Run("slurmctld", [.. clean ? ["-c"] : Array.Empty<string>(), "-f", In("slurm.conf")]);

    public void KillController() => Kill(Pid("run/slurmctld.pid"));

    public void StartNode(string node)
    {
        Directory.CreateDirectory(In($"spool/{node}"));
        Run("slurmd", "-N", node, "-f", In("slurm.conf"));
    }

    /// <summary>The daemon only: what it started lives on, and nobody knows.</summary>
    public void KillDaemon(string node) => Kill(Pid($"run/slurmd.{node}.pid"));

    /// <summary>As an administrator does, or Slurm by itself after half a minute: what ran there is started elsewhere.</summary>
    public void DeclareDown(string node) => Run("scontrol", "update", $"NodeName={node}", "State=DOWN", "Reason=test");

    /// <summary>The machine is gone: daemon, steps and payload.</summary>
    public void Crash(string node)
    {
        var payload = Payload(node);
        KillDaemon(node);
        foreach (var pid in payload.Select(Parent).Where(IsStep).Distinct().Concat(payload).ToList())
        {
            Kill(pid);
        }
    }

    /// <summary>Brings nodes back into service that Slurm has drained, as an administrator would.</summary>
    public void ResumeDrained()
    {
        foreach (var node in Run("sinfo", "--noheader", "--Node", "--states=drained,draining", "--format=%N").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            Run("scontrol", "update", $"NodeName={node}", "State=RESUME");
        }
    }

    /// <summary>Ends what is there, and waits until both nodes are free.</summary>
    public void Settle()
    {
        var begun = Stopwatch.StartNew();
        while (Run("squeue", "--noheader").Length > 0 || !TakesJobs || Run("sinfo", "--noheader", "--states=idle", "--Node", "--format=%N").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count() < Nodes.Length)
        {
            if (begun.Elapsed > Patience)
            {
                throw new TimeoutException($"the nodes do not become idle: {Run("sinfo", "--Node", "--long")}{Read(In("log/slurmctld.log"))}");
            }

            Run("scancel", $"--user={System.Environment.UserName}");
            ResumeDrained();
            Thread.Sleep(100);
        }
    }

    /// <summary>The runners on a node.</summary>
    public IReadOnlyList<int> Runners(string node) => [.. Payload(node).Where(p => Read($"/proc/{p}/cmdline").Contains("scalelab-runner\0run", StringComparison.Ordinal))];

    public static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", Line($"kill -{signal} {pid} 2> /dev/null")]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        Run("scancel", $"--user={System.Environment.UserName}");

        // A daemon that was about to start a step leaves a child behind; what names this folder is ours.
        foreach (var pid in Processes().Where(p => Read($"/proc/{p}/cmdline").Contains(_root, StringComparison.Ordinal)).Concat(Nodes.SelectMany(Payload)).Concat(Steps()).ToList())
        {
            Kill(pid);
        }

        Directory.Delete(_root, recursive: true);
    }

    private static string? Find(string tool) => (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Select(d => Path.Combine(d, tool)).FirstOrDefault(File.Exists);

    private static string Line(FormattableString text) => FormattableString.Invariant(text);

    private static void Permit(string folder, UnixFileMode more) => File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | more);

    private static void Kill(int? pid)
    {
        try
        {
            using var process = pid is { } id ? Process.GetProcessById(id) : null;
            process?.Kill();
            process?.WaitForExit();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // Gone already.
        }
    }

    // Below those that the kernel gives to whoever asks for any: a daemon that comes back must find its own free.
    private static int[] FreePorts(int count)
    {
        while (true)
        {
            var first = RandomNumberGenerator.GetInt32(20_000, 32_000);
            var listeners = Enumerable.Range(first, count).Select(p => new TcpListener(IPAddress.Loopback, p)).ToList();
            try
            {
                listeners.ForEach(l => l.Start());
                return [.. Enumerable.Range(first, count)];
            }
            catch (SocketException)
            {
                // One of them is taken.
            }
            finally
            {
                listeners.ForEach(l => l.Dispose());
            }
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(p => p > 0);

    private static int Parent(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static bool IsStep(int pid) => Read($"/proc/{pid}/comm").StartsWith("slurmstepd", StringComparison.Ordinal);

    // What jobs started carries the node's name in its environment.
    private List<int> Payload(string node) =>
        [.. Processes().Where(p => $"\0{Read($"/proc/{p}/environ")}" is var e && e.Contains($"\0SLURM_CONF={In("slurm.conf")}\0", StringComparison.Ordinal) && e.Contains($"\0SLURMD_NODENAME={node}\0", StringComparison.Ordinal))];

    private IEnumerable<int> Steps() => Processes().Where(p => IsStep(p) && Read($"/proc/{p}/environ").Contains(In("slurm.conf"), StringComparison.Ordinal));

    private int? Pid(string file) => int.TryParse(Read(In(file)).Trim(), CultureInfo.InvariantCulture, out var pid) && Read($"/proc/{pid}/comm") is var name && (name.StartsWith("slurm", StringComparison.Ordinal) || name.StartsWith("munge", StringComparison.Ordinal)) ? pid : null;

    private string In(string name) => Path.Combine(_root, name);

    private void Write(int graceTime)
    {
        var (host, user, ports) = (System.Environment.MachineName, System.Environment.UserName, FreePorts(1 + Nodes.Length));
        var nodes = string.Join(',', Nodes);
        var lines = Nodes.Select((n, i) => Line($"NodeName={n} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1 + i]} CPUs=16 Boards=1 SocketsPerBoard=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=16000 Gres=gpu:{Gpus},shard:{Shards}"));
        File.WriteAllText(
            In("slurm.conf"),
            $"""
            ClusterName=test
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/munge
            AuthInfo=socket={In("run/munge.sock")},cred_expire=5
            CredType=cred/munge
            SlurmctldPort={ports[0]}
            CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
            StateSaveLocation={In("state")}
            SlurmdSpoolDir={In("spool")}/%n
            SlurmctldPidFile={In("run")}/slurmctld.pid
            SlurmdPidFile={In("run")}/slurmd.%n.pid
            SlurmctldLogFile={In("log")}/slurmctld.log
            SlurmdLogFile={In("log")}/slurmd.%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            MpiDefault=none
            SwitchType=switch/none
            SchedulerType=sched/backfill
            SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0,bf_interval=2,preempt_reorder_count=1
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core_Memory
            PreemptType=preempt/partition_prio
            PreemptMode=REQUEUE
            SlurmctldParameters=preempt_send_user_signal
            EnforcePartLimits=ALL
            GresTypes=gpu,shard
            ReturnToService=2
            SlurmctldTimeout=10
            SlurmdTimeout=10
            InactiveLimit=0
            MinJobAge=300
            KillWait=5
            JobRequeue=1
            SlurmdParameters=config_overrides
            MaxJobCount=20000
            MaxArraySize=10001
            DefMemPerCPU=64
            PlugStackConfig={In("plugstack.conf")}
            {string.Join('\n', lines)}
            PartitionName=main Nodes={nodes} Default=YES MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=REQUEUE GraceTime={graceTime.ToString(CultureInfo.InvariantCulture)}
            PartitionName=paid Nodes={nodes} MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=REQUEUE AllowAccounts=research
            PartitionName=brief Nodes={nodes} MaxTime=10 State=UP PriorityTier=10 PreemptMode=REQUEUE
            PartitionName=urgent Nodes={nodes} MaxTime=INFINITE State=UP PriorityTier=100 PreemptMode=OFF

            """);
        var gpus = Enumerable.Range(0, Gpus).Select(g => In(Line($"dev/gpu{g}"))).ToList();
        File.WriteAllLines(In("gres.conf"), [.. gpus.Select(g => $"NodeName={nodes} Name=gpu File={g}"), .. gpus.Select(g => Line($"NodeName={nodes} Name=shard Count={Shards / Gpus} File={g}"))]);
        File.WriteAllText(In("cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
        File.WriteAllText(In("plugstack.conf"), "");
    }
}
