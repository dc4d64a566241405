using ParallelExec.Model;

namespace ParallelExec.Execution.Attempts;

/// <summary>
/// The folders into which the files of a set go: few programs make them, and no author can make one for each of ten thousand files.
/// </summary>
internal static class OutputFolders
{
    /// <returns>Null where they are there now; otherwise what becomes of the subtask.</returns>
    public static SubtaskResult? Make(Subtask subtask)
    {
        foreach (PathPattern output in subtask.Outputs)
        {
            if (output.IsGlob || Path.GetDirectoryName(output.FullPath) is not { } folder)
                continue;
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return SubtaskResult.Failed(
                    Codes.NotStarted, $"could not be started: the folder '{folder}' of its output can not be made: {e.Message}");
            }
        }
        return null;
    }
}
