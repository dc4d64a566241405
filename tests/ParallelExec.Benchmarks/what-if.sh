#!/usr/bin/env bash
# Whether a prediction is true: subtasks that wait, with pools, one that runs alone and a graph, run two at a time; then four at a time,
# beside what ParallelExecWhatIf=4 had said. They do not compute, so that the machine's cores do not count.
#   SDK=<folder of Sdk.props> ./what-if.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SDK=$(cd "${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}" && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
trap '[ "${KEEP:-0}" = 1 ] || rm -rf "$folder"' EXIT
cd "$folder"
{
  echo "<Project><Import Project=\"$SDK/Sdk.props\" /><ItemGroup><ParallelPool Include=\"db\" Capacity=\"1\" />"
  for i in $(seq 1 24); do
    on=""; [ "$i" -le 8 ] || on=" DependsOn=\"s$((i - 8));s$((i - 7))\""
    pool=""; [ $((i % 6)) -ne 0 ] || pool=" Pools=\"db\""
    alone=""; [ "$i" -ne 13 ] || alone=" Parallel=\"false\""
    echo "<ParallelTask Include=\"s$i\" Command=\"sleep $((1 + i * 7 % 4)).$((i * 3 % 10))\"$on$pool$alone />"
  done
  echo "</ItemGroup><Import Project=\"$SDK/Sdk.targets\" /></Project>"
} > pex.proj

run() { dotnet msbuild pex.proj -nologo -v:m -t:RunParallelTasks "$@" > run.log || { cat run.log; exit 1; }; }
run -p:ParallelExecMaxParallelism=2
dotnet msbuild pex.proj -nologo -v:m -t:PlanParallelTasks -p:ParallelExecWhatIf=4 > plan.log
printf 'schedule  predicted s  measured s  difference\n'
for schedule in Waves Eager; do
  run -p:ParallelExecMaxParallelism=4 -p:ParallelExecSchedule=$schedule
  predicted=$(awk -v s=$schedule '$1 == 4 && $2 == s { print $3 }' plan.log)
  measured=$(awk '/^ *"durationMs"/ { gsub(/[^0-9]/, ""); print $0 / 1000; exit }' obj/parallelexec/run.json)
  awk -v s=$schedule -v p="$predicted" -v m="$measured" 'BEGIN {
    if (split(p, part, "m") == 2) p = part[1] * 60 + part[2]
    off = (m - p) / m * 100
    printf "%-8s %12.1f %11.1f %9.1f %%\n", s, p, m, off
    exit off > 5 || off < -5
  }'
done
