using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Appends every event to <c>log.jsonl</c> as one JSON object: time, level, event, message, and the values of the message.</summary>
internal sealed class JsonLinesLog : ILoggerProvider
{
    private readonly SweepFolder _folder;
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    public JsonLinesLog(SweepFolder folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Directory.CreateDirectory(folder.Path);
        _file = new FileStream(folder.LogFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => _file.Dispose();

    private void Write(LogLevel level, EventId id, string message, IReadOnlyList<KeyValuePair<string, object?>>? values, Exception? exception)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", _time.GetUtcNow());
            json.WriteString("level", JsonNamingPolicy.SnakeCaseLower.ConvertName(level.ToString()));
            json.WriteString("event", JsonNamingPolicy.SnakeCaseLower.ConvertName(id.Name ?? ""));
            json.WriteString("message", message);
            foreach (var (name, value) in values ?? [])
            {
                if (name != "{OriginalFormat}")
                {
                    // A parameter named as a keyword keeps its escape.
                    json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(name.TrimStart('@')));
                    WriteValue(json, value);
                }
            }

            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        lock (_lock)
        {
            if (_folder.IsLost)
            {
                return;
            }

            try
            {
                // Behind what a driver wrote that took this one for dead; and a killed one, or a full disk, may have left half a line.
                var torn = _file.Length > 0 && _file.Seek(-1, SeekOrigin.End) >= 0 && _file.ReadByte() != '\n';
                _file.Write(torn ? [(byte)'\n', .. line.WrittenSpan] : line.WrittenSpan);
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // A log that cannot grow must not end the sweep that waits for room.
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null or double.NaN or double.PositiveInfinity or double.NegativeInfinity:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case Enum member:
                json.WriteStringValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString()));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private sealed class Logger(JsonLinesLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(logLevel, eventId, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>>, exception);
            }
        }
    }
}
