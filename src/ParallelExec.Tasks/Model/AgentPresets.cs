using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <content>The command lines that are known.</content>
internal sealed partial record AgentPreset
{
    public static readonly ImmutableArray<AgentPreset> All =
    [
        new("claude", ["-p", "--output-format", "stream-json", "--verbose"], "npm install -g @anthropic-ai/claude-code")
        {
            AgentArguments = ["--agent", "{agent}"],
            Edit = ["--permission-mode", "acceptEdits", "--add-dir", "{handover}"],
            EditAndRun = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash", "--add-dir", "{handover}"],
            AllowAll = ["--permission-mode", "bypassPermissions"],
            ContinueArguments = ["--resume", "{session}"],
            // By itself it asks ten times.
            Environment = [new("CLAUDE_CODE_MAX_RETRIES", "3")],
        },
        new("opencode", ["run", "--format", "json", "--title", "{id}", "--dir", "{dir}"], "npm install -g opencode-ai")
        {
            AgentArguments = ["--agent", "{agent}"],
            ContinueArguments = ["--session", "{session}"],
            PermissionEnvironment = permissions => [new("OPENCODE_PERMISSION", OpencodePermission(permissions))],
            // Why it waits stands nowhere else.
            Environment = [new("OPENCODE_DISABLE_AUTOUPDATE", "1"), new("OPENCODE_PRINT_LOGS", "1"), new("OPENCODE_LOG_LEVEL", "ERROR")],
            // First runs on one database race in its migration; a run needs none.
            ForgetEnvironment = [new("OPENCODE_DB", ":memory:")],
        },
        new("codex", ["exec", "--json", "--skip-git-repo-check", "-C", "{dir}"], "npm install -g @openai/codex")
        {
            // It changes files by commands: there is no less than this.
            Edit = ["-s", "workspace-write", "--add-dir", "{handover}"],
            EditAndRun =
                ["-s", "workspace-write", "-c", "sandbox_workspace_write.network_access=true", "--add-dir", "{handover}"],
            AllowAll = ["-s", "danger-full-access"],
            ForgetArguments = ["--ephemeral"],
            ContinueArguments = ["resume", "{session}"],
            LastArguments = ["-"],
        },
        new("copilot", ["--no-ask-user", "--no-auto-update", "--output-format", "json", "-C", "{dir}"], "npm install -g @github/copilot")
        {
            AgentArguments = ["--agent", "{agent}"],
            Edit = ["--allow-tool=write", "--add-dir", "{handover}"],
            EditAndRun = ["--allow-tool=write", "--allow-tool=shell", "--add-dir", "{handover}"],
            AllowAll = ["--allow-all"],
            ContinueArguments = ["--resume={session}"],
        },
        new("gemini", ["--skip-trust", "-o", "stream-json"], "npm install -g @google/gemini-cli")
        {
            Edit = ["--approval-mode", "auto_edit", "--include-directories", "{handover}"],
            EditAndRun =
                ["--approval-mode", "auto_edit", "--allowed-tools", "run_shell_command", "--include-directories", "{handover}"],
            AllowAll = ["--approval-mode", "yolo"],
        },
        new("qwen", ["-o", "stream-json"], "npm install -g @qwen-code/qwen-code")
        {
            Edit = ["--approval-mode", "auto-edit", "--include-directories", "{handover}"],
            EditAndRun =
                ["--approval-mode", "auto-edit", "--allowed-tools", "run_shell_command", "--include-directories", "{handover}"],
            AllowAll = ["--approval-mode", "yolo"],
            ContinueArguments = ["--resume", "{session}"],
            // By itself it asks for over seven minutes, and says nothing of it; so for about one.
            Settings = ("QWEN_CODE_SYSTEM_DEFAULTS_PATH", """{"model":{"generationConfig":{"maxRetries":0}}}"""),
        },
    ];

    private static string OpencodePermission(AgentPermissions permissions) => permissions switch
    {
        AgentPermissions.All => """{"*":"allow"}""",
        AgentPermissions.EditAndRun => Fenced("allow"),
        _ => Fenced("deny"),
    };

    // Not ours: what it asks for in other places is for its own settings to say, and refused where they say nothing.
    private static string Fenced(string bash) =>
        $$$"""{"edit":"allow","bash":"{{{bash}}}","external_directory":{"*":"deny","{handover-json}/*":"allow"}}""";
}
