using Microsoft.Build.Framework;

namespace ParallelExec.Tasks;

/// <summary>
/// The cores that the engine lets this run have. While it has some, the engine starts fewer projects; building while it has them can end
/// the build. All of it is for the engine's own thread, also while that is yielded.
/// </summary>
internal sealed class EngineCores
{
    private volatile bool isNeeded;
    private IBuildEngine9? grantedBy;
    private int granted;

    /// <summary>Whether commands compute; set from any thread.</summary>
    public bool IsNeeded
    {
        set => isNeeded = value;
    }

    /// <summary>Asks for them where they are needed, and gives them back where they are not.</summary>
    /// <param name="engine">That of the task that asks.</param>
    public void Adjust(IBuildEngine9 engine, int wanted)
    {
        // Never a second request: that would wait until another task gives something back, and nobody would be served meanwhile.
        if (isNeeded && granted == 0)
            Request(engine, wanted);
        else if (!isNeeded)
            Release();
    }

    public void Release()
    {
        try
        {
            if (granted > 0)
                grantedBy!.ReleaseCores(granted);
        }
        catch (Exception e) when (IsAbort(e))
        {
            // The build was cancelled, and has taken them back.
        }
        granted = 0;
    }

    // The engine's type is not among those that this is compiled against.
    public static bool IsAbort(Exception e) => e.GetType().Name == "BuildAbortedException";

    private void Request(IBuildEngine9 engine, int wanted)
    {
        try
        {
            granted = wanted > 0 ? engine.RequestCores(wanted) : 0;
            grantedBy = engine;
        }
        catch (Exception e) when (e is NotImplementedException || IsAbort(e))
        {
            // A task host that has no such service: then there is no budget to share. Or a cancelled build, which gives nothing any more.
        }
    }
}
