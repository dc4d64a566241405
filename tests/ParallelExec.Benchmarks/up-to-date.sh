#!/usr/bin/env bash
# What it costs to find out that nothing has changed: subtasks with ten input files each, side by side with ninja and wireit (npm), as
# whole processes.
#   N=5 COUNT=1000 SDK=<folder of Sdk.props> ./up-to-date.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
N=${N:-5} COUNT=${COUNT:-1000} SDK=${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}
SDK=$(cd "$SDK" && pwd)
for tool in dotnet ninja npm; do
  command -v $tool > /dev/null || { echo "$tool is missing" >&2; exit 2; }
done
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off WIREIT_CACHE=none WIREIT_PARALLEL=2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir out
for ((i = 0; i < COUNT; i++)); do
  mkdir -p "in/$i"
  for j in 0 1 2 3 4 5 6 7 8 9; do echo "$i $j" > "in/$i/$j.txt"; done
done
{
  echo "<Project><Import Project=\"$SDK/Sdk.props\" /><ItemGroup>"
  for ((i = 0; i < COUNT; i++)); do echo "<ParallelTask Include=\"t$i\" Command=\"cat in/$i/*.txt &gt; out/$i.txt\" Inputs=\"in/$i/*.txt\" Outputs=\"out/$i.txt\" />"; done
  echo "</ItemGroup><Import Project=\"$SDK/Sdk.targets\" /></Project>"
} > pex.proj
{
  printf 'rule c\n  command = cat $in > $out\n'
  for ((i = 0; i < COUNT; i++)); do
    printf 'build ninja-out/%s.txt: c' "$i"
    printf " in/$i/%s.txt" 0 1 2 3 4 5 6 7 8 9
    echo
  done
} > build.ninja
{
  printf '{"scripts": {"all": "wireit"'
  for ((i = 0; i < COUNT; i++)); do printf ', "t%s": "wireit"' "$i"; done
  printf '}, "wireit": {'
  for ((i = 0; i < COUNT; i++)); do printf '"t%s": {"command": "cat in/%s/*.txt > wireit-%s.txt", "files": ["in/%s/*.txt"], "output": ["wireit-%s.txt"]}, ' "$i" "$i" "$i" "$i" "$i"; done
  printf '"all": {"dependencies": ["t0"'
  for ((i = 1; i < COUNT; i++)); do printf ', "t%s"' "$i"; done
  printf ']}}}\n'
} > package.json
npm install --no-audit --no-fund --loglevel=error wireit > /dev/null

run_case() {
  case $1 in
    pex) dotnet msbuild pex.proj -t:RunParallelTasks -nologo -v:m -m:2 ;;
    ninja) ninja -j2 ;;
    wireit) npm run -s all ;;
  esac
}
for name in pex ninja wireit; do run_case $name > /dev/null 2>&1; done
for ((round = 0; round < N; round++)); do
  for name in pex ninja wireit; do
    start=$(date +%s%N)
    run_case $name > "$name.log" 2>&1
    echo "$name $(($(date +%s%N) - start))" >> times
  done
done
grep -q "($COUNT up to date)" pex.log || { echo "pex: not everything was up to date" >&2; exit 1; }
for name in pex ninja wireit; do
  awk -v name=$name '$1 == name { print $2 / 1e9 }' times | sort -n | awk -v name=$name '{ all[NR] = $1 } END { printf "| %s | %.3f (%.3f - %.3f) |\n", name, all[int((NR + 1) / 2)], all[1], all[NR] }'
done
