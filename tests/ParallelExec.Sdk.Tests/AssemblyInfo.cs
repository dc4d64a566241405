// Each test starts builds of its own, which use the other cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
