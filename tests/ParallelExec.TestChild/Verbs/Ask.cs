using System.Net.Sockets;
using System.Text;

namespace ParallelExec.TestChild.Verbs;

internal static class Ask
{
    internal static readonly Verb Verb =
        new("ask", "VARIABLE PATH [FILE]", "once FILE is there: asks the server at the port that the variable holds; fails where nobody answers", 2, Run);

    private static int Run(string[] args)
    {
        if (Environment.GetEnvironmentVariable(args[0]) is not { } port)
            return ExitCodes.NoEnvironment;
        if (args.Length > 2 && !Files.WaitUntil(() => File.Exists(args[2]), Files.DefaultPatience))
            return ExitCodes.TimedOut;
        try
        {
            using var client = new TcpClient("127.0.0.1", int.Parse(port));
            using NetworkStream stream = client.GetStream();
            stream.Write(Encoding.ASCII.GetBytes($"GET {args[1]} HTTP/1.1\r\n\r\n"));
            return stream.Read(new byte[16]) > 0 ? ExitCodes.Success : 1;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return 1;
        }
    }
}
