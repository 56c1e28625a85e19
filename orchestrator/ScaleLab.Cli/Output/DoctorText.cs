using ScaleLab.Orchestrator.Doctor;

namespace ScaleLab.Cli.Output;

/// <summary>Findings for people: a line each, and the remedy beneath.</summary>
internal static class DoctorText
{
    private const string Form = "{0,-4}  {1,-11}  {2}";

    public static void Write(TextWriter output, DoctorReport report)
    {
        foreach (var check in report.Checks)
        {
            output.WriteLine(Form, Mark(check.Outcome), check.Name, check.Finding);
            if (check.Remedy is not null)
            {
                output.WriteLine(Form, "", "", $"-> {check.Remedy}");
            }
        }
    }

    private static string Mark(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Ok => "ok",
        CheckOutcome.Warn => "warn",
        _ => "FAIL",
    };
}
