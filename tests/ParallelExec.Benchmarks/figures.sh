#!/usr/bin/env bash
# Whether "one after another" is true: what a parallel run claims, beside a real run of the same work one after another.
#   N=3 LOAD=0 CASES=<names> SDK=<folder of Sdk.props> ./figures.sh
# LOAD=k keeps k other processes computing meanwhile. Linux: taskset gives a run its processors.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
N=${N:-3} LOAD=${LOAD:-0} SDK=${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}
SDK=$(cd "$SDK" && pwd)
for tool in dotnet taskset awk; do
  command -v $tool > /dev/null || { echo "$tool is missing" >&2; exit 2; }
done
for name in $(compgen -e | grep -iE '^_?MSBUILD|^PARALLELEXEC' || true); do unset "$name"; done
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
others=()
stop() {
  for id in "${others[@]}"; do kill "$id" 2> /dev/null || true; done
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
echo '<Project />' | tee Directory.Build.props > Directory.Build.targets

cat > spin.sh << 'END'
# Computes for about $1 tenths of a second, always the same amount.
exec awk "BEGIN { for (i = 0; i < $1 * 3000000; i++) x += i }"
END
spin="sh spin.sh"

# name, processors, -m, how many subtasks, their command
cases() {
  cat << END
waiting-2of4|0,1|4|4|sleep 1
computing-1core-m4|0|4|4|$spin 8
computing-1core-m2|0|2|4|$spin 8
computing-2cores-m2|0,1|2|4|$spin 8
computing-2cores-m4|0,1|4|4|$spin 8
mixed-1core-m4|0|4|4|sleep 0.5; $spin 4; sleep 0.5; $spin 4
mixed-2cores-m4|0,1|4|6|sleep 0.5; $spin 4; sleep 0.5; $spin 4
mixed-2cores-m2|0,1|2|4|sleep 0.5; $spin 4; sleep 0.5; $spin 4
interleaved-1core-m4|0|4|4|for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; $spin 1; done
two-threads-1core-m2|0|2|4|$spin 5 &amp; $spin 5; wait
two-threads-2cores-m2|0,1|2|4|$spin 5 &amp; $spin 5; wait
two-threads-2cores-m4|0,1|4|4|$spin 5 &amp; $spin 5; wait
short-2cores-m4|0,1|4|60|$spin 0.5
short-1core-m4|0|4|60|$spin 0.5
unequal-2cores-m4|0,1|4|6|\$PARALLELEXEC_TASK_ID
END
}

project() {
  echo "<Project><Import Project=\"$SDK/Sdk.props\" /><ItemGroup>"
  local command=$2
  for ((i = 1; i <= $1; i++)); do
    if [ "$2" = '$PARALLELEXEC_TASK_ID' ]; then
      case $((i % 3)) in 0) command="sleep 1.5" ;; 1) command="$spin 10" ;; 2) command="sleep 0.3; $spin 5" ;; esac
    fi
    echo "<ParallelTask Include=\"t$i\" Command=\"$command\" />"
  done
  echo "</ItemGroup><Import Project=\"$SDK/Sdk.targets\" /></Project>"
}

# One number of a run's file.
number() { awk -F '[:,]' -v name="\"$2\"" '$1 ~ name { gsub(/ /, "", $2); print $2; exit }' "$1/run.json"; }

run() {
  taskset -c "$1" dotnet msbuild run.proj -t:RunParallelTasks -nologo -v:q "-m:$2" "-p:ParallelExecDirectory=$folder/$3/" "${@:4}" > log 2>&1 \
    || { cat log >&2; exit 1; }
}

for ((i = 0; i < LOAD; i++)); do
  sh -c 'while :; do :; done' &
  others+=($!)
done

echo "| case | parallel s | claimed s | really s | error | saved | really saved |"
echo "|---|---:|---:|---:|---:|---:|---:|"
cases | while IFS='|' read -r name processors m count command; do
  [[ -z ${CASES:-} || $name =~ ${CASES:-} ]] || continue
  project "$count" "$command" > run.proj
  for ((round = 0; round < N; round++)); do
    run "$processors" "$m" side < /dev/null
    run "$processors" "$m" one -p:ParallelExecMaxParallelism=1 < /dev/null
    [ -z "${KEEP:-}" ] || cp side/run.json "$KEEP/$name.$round.json"
    awk -v name="$name" -v took="$(number side durationMs)" -v claimed="$(number side oneAfterAnotherMs)" -v most="$(number side isAtMost)" \
      -v really="$(number one durationMs)" 'BEGIN {
      word = most == "true" ? "at most " : ""
      printf "| %s | %.2f | %s%.2f | %.2f | %+.0f%% | %s%.0f%% | %.0f%% |\n", name, took / 1000, word, claimed / 1000, really / 1000,
        100 * (claimed / really - 1), word, 100 * (1 - took / claimed), 100 * (1 - took / really)
    }'
  done
done
