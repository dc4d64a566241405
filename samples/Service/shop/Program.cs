if (args is ["check", var path])
{
    // Where the shop listens is handed on by the service.
    string port = Environment.GetEnvironmentVariable("PARALLELEXEC_OUTPUT_SHOP_PORT")!;
    using var client = new HttpClient();
    string answer = await client.GetStringAsync($"http://127.0.0.1:{port}{path}");
    Console.WriteLine(answer);
    return answer.Contains("12.50") ? 0 : 1;
}

WebApplication app = WebApplication.CreateSlimBuilder(args).Build();
app.MapGet("/health", () => "ready");
app.MapGet("/prices", () => "rope 12.50");
app.MapGet("/orders", () => "rope, 2 of 12.50");
await app.RunAsync();
return 0;
