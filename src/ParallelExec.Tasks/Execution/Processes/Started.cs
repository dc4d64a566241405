using System.ComponentModel;

namespace ParallelExec.Execution.Processes;

/// <summary>What has to be done with a child right after its start.</summary>
internal static class Started
{
    /// <returns>What ends it with all that it starts; null where it has ended before it could be put there: then nothing has to be
    /// ended.</returns>
    /// <exception cref="ProcessNotStartedException">It could not be put there. It has been ended: nobody could stop it later.</exception>
    public static T? Guard<T>(Func<T> put, Func<bool> hasEnded, Action end)
        where T : class
    {
        try
        {
            return put();
        }
        catch (Win32Exception) when (hasEnded())
        {
            return null;
        }
        catch (Win32Exception e)
        {
            end();
            throw new ProcessNotStartedException(
                $"it could not be put into a job of its own, by which all that it starts is ended: {e.Message}", e.NativeErrorCode, e);
        }
    }
}
