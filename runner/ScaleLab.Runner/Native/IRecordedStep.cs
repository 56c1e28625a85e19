namespace ScaleLab.Runner.Native;

/// <summary>Work that the device can do again by itself, on whatever now lies where its inputs lay.</summary>
internal interface IRecordedStep : IDisposable
{
    void Repeat();
}
