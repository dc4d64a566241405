using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ParallelExec.TestChild.Verbs;

/// <summary>A small server. It ends with exit code 3 when it is asked for `/die`.</summary>
internal static class Serve
{
    internal static readonly Verb Verb =
        new("serve", "PORT PIDFILE", "answers HTTP at the port with 503, then with 200, until it is asked for /die", 2, Run);

    private static int Run(string[] args)
    {
        using var listener = new TcpListener(IPAddress.Loopback, int.Parse(args[0]));
        listener.Start();
        Files.Publish(args[1], Environment.ProcessId.ToString());
        Streams.Out.WriteLine($"listening on {args[0]}");
        Streams.Out.Flush();
        for (int answered = 0; ; answered++)
        {
            using TcpClient client = listener.AcceptTcpClient();
            using NetworkStream stream = client.GetStream();
            byte[] request = new byte[4096];
            int length = 0;
            try
            {
                length = stream.Read(request);
                if (Encoding.ASCII.GetString(request, 0, length).StartsWith("GET /die", StringComparison.Ordinal))
                    return 3;
                if (length > 0)
                    stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {(answered == 0 ? "503 Not yet" : "200 OK")}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
            }
            catch (IOException)
            {
                // Who only looked whether somebody is there has gone.
            }
        }
    }
}
