using System.Net;
using System.Net.Sockets;

namespace ParallelExec.Execution.Services;

/// <summary>Free ports, each for one service of the run. Nobody can keep one for somebody else: whoever comes first has it.</summary>
internal sealed class FreePorts
{
    private const int MostTries = 100;

    private readonly HashSet<int> given = [];

    public int Take()
    {
        for (int i = 0; ; i++)
        {
            int port = Bind(0);
            lock (given)
            {
                if (given.Add(port) || i == MostTries)
                    return port;
            }
        }
    }

    /// <summary>False where another program has it.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            Bind(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // At all addresses: the service may listen at any of them.
    private static int Bind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
