using ParallelExec.TestChild;
using ParallelExec.TestChild.Verbs;

Verb[] verbs =
[
    Signal.Verb, Wait.Verb, Meet.Verb, LockFile.Verb,
    Exit.Verb, Flaky.Verb, IgnoreSignals.Verb, Spawn.Verb, Hang.Verb, ForgetEnvironment.Verb,
    Echo.Verb, Args.Verb, Env.Verb, Cwd.Verb, Stdin.Verb,
    Lines.Verb, Bytes.Verb, LongLine.Verb, Stderr.Verb, Mixed.Verb,
    Output.Verb, Context.Verb, Write.Verb, Append.Verb,
    Serve.Verb, Ask.Verb,
];

if (args is ["help"])
{
    foreach (Verb each in verbs)
        Streams.Out.WriteLine($"{each.Name} {each.Usage}".PadRight(44) + each.Summary);
    Streams.Out.WriteLine($"Exit codes: {ExitCodes.Usage} usage, {ExitCodes.NoEnvironment} variable not set, "
        + $"{ExitCodes.Collision} lock taken, {ExitCodes.TimedOut} waited too long.");
    Streams.Out.Flush();
    return ExitCodes.Success;
}

Verb? verb = args.Length == 0 ? null : Array.Find(verbs, each => each.Name == args[0]);
if (verb is null || args.Length - 1 < verb.MinimumArguments)
{
    Streams.Error.WriteLine(verb is null ? "unknown verb; `help` lists them" : $"usage: {verb.Name} {verb.Usage}");
    Streams.Error.Flush();
    return ExitCodes.Usage;
}

int code = verb.Run(args[1..]);
Streams.Out.Flush();
Streams.Error.Flush();
return code;
