using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Tasks;

/// <summary>
/// Whether commands of the run compute. The engine starts fewer projects while a task holds cores: while only agents and services run, it
/// has them back.
/// </summary>
/// <param name="changed">Told when that has changed; not of the moment between two commands.</param>
internal sealed class CoreDemand(Action<bool> changed) : IRunObserver
{
    /// <summary>For so many ticks in a row nothing has computed.</summary>
    private const int Idle = 2;

    private long cores;
    private int quiet;
    private bool told;

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case SubtaskStarted(var subtask, _):
                Add(Cores(subtask.Subtask));
                break;
            case SubtaskEnded(var subtask, _):
                Add(-Cores(subtask.Subtask));
                break;
            case Tick when cores == 0 && told && ++quiet >= Idle:
                Tell(false);
                break;
            case Tick or RunStarted or ServiceReady or SubtasksSkipped or RunStopping or RunEnded:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    // What the engine builds it counts itself.
    private static int Cores(Subtask subtask) => subtask.Work is ProjectWork ? 0 : subtask.Cores;

    private void Add(int more)
    {
        cores += more;
        quiet = 0;
        if (cores > 0 && !told)
            Tell(true);
    }

    private void Tell(bool computes)
    {
        told = computes;
        changed(computes);
    }
}
