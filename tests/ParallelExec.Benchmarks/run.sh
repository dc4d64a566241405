#!/usr/bin/env bash
# What a subtask costs, as whole processes, side by side with make, ninja and Exec tasks. See README.md.
#   N=5 COUNT=1000 LAYERS=10 JOBS=2 PLAN=1 KEEP=0 SDK=<folder of Sdk.props> ./run.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
N=${N:-5} COUNT=${COUNT:-1000} LAYERS=${LAYERS:-10} JOBS=${JOBS:-2} PLAN=${PLAN:-1} KEEP=${KEEP:-0}
SDK=${SDK:-}

for tool in dotnet make ninja; do
  command -v $tool > /dev/null || { echo "$tool is missing. On Debian and Ubuntu: apt-get install make ninja-build; dotnet: https://dot.net" >&2; exit 2; }
done
((COUNT % LAYERS == 0)) || { echo "COUNT ($COUNT) has to be a multiple of LAYERS ($LAYERS)" >&2; exit 2; }

# Every run starts its own engine: no node, no server and no setting is left over from another build.
for name in $(compgen -e | grep -iE '^_?MSBUILD|^PARALLELEXEC' || true); do unset "$name"; done
unset MAKEFLAGS MFLAGS MAKELEVEL
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
trap '[ "$KEEP" = 1 ] && echo "kept: $folder" || rm -rf "$folder"' EXIT

# What users run is the package: packed here, unpacked by NuGet, then imported by path, so that no SDK resolver is measured.
unpack_package() {
  local version
  version=1.0.0-bench.$(date +%s)
  dotnet pack "$root/src/ParallelExec.Sdk" -c Release -o "$folder/feed" -p:Version="$version" \
    --artifacts-path "$folder/artifacts" -p:UseSharedCompilation=false -v:q -nologo >&2
  mkdir "$folder/unpack"
  echo "<configuration><packageSources><clear /><add key=\"bench\" value=\"$folder/feed\" /></packageSources></configuration>" > "$folder/unpack/nuget.config"
  echo "<Project Sdk=\"ParallelExec.Sdk/$version\" />" > "$folder/unpack/unpack.proj"
  NUGET_PACKAGES="$folder/packages" dotnet msbuild "$folder/unpack/unpack.proj" -t:ValidateParallelTasks -v:q -nologo >&2
  SDK=$folder/packages/parallelexec.sdk/$version/Sdk
}

sdk_there=1
[ -n "$SDK" ] || unpack_package || sdk_there=0
if [ ! -f "$SDK/Sdk.props" ] || [ ! -f "$SDK/Sdk.targets" ]; then
  echo "no Sdk.props and Sdk.targets in '$SDK': ParallelExec is left out" >&2
  sdk_there=0
fi
"$here/generate.sh" "$folder" "$COUNT" "$LAYERS" "$SDK"

msbuild() { dotnet msbuild "$1" -t:"$2" -nologo -v:m -m:"$JOBS" "${@:3}"; }
run_subtasks() { msbuild "$1" RunParallelTasks -p:ParallelExecMaxParallelism="$JOBS" "${@:2}"; }

run_case() {
  case $1 in
    empty) msbuild "$folder/empty.proj" Run ;;
    exec) msbuild "$folder/exec.proj" Run ;;
    make-*) make -C "$folder/${1#*-}" -s -j"$JOBS" ;;
    ninja-*) ninja -C "$folder/${1#*-}" --quiet -j"$JOBS" ;;
    pex-*) run_subtasks "$folder/${1#*-}/run.proj" ;;
    plan-load) msbuild "$folder/plan/run.proj" Nothing ;;
    plan) msbuild "$folder/plan/run.proj" PlanParallelTasks ;;
  esac
}

cases=(empty exec make-wide ninja-wide make-layers ninja-layers)
if [ $sdk_there = 1 ]; then
  cases=(empty exec make-wide ninja-wide pex-wide make-layers ninja-layers pex-layers pex-single)
  [ "$PLAN" = 1 ] && cases+=(plan-load plan)
fi

# Who does less than all of its work is not measured.
expect() { [ "$2" = "$3" ] || { echo "$1 runs $2 subtasks, not $3" >&2; exit 1; }; }
for shape in wide layers; do
  expect "make $shape" "$(make -C "$folder/$shape" -s -n | grep -c true)" "$COUNT"
  expect "ninja $shape" "$(ninja -C "$folder/$shape" -n -v | grep -c ' true$')" "$COUNT"
  if [ $sdk_there = 1 ]; then
    milestones=$([ $shape = wide ] && echo 0 || echo $((LAYERS - 1)))
    expect "ParallelExec $shape" "$(run_subtasks "$folder/$shape/run.proj" -getTargetResult:RunParallelTasks | grep -c '"Status": "Succeeded"')" $((COUNT + milestones))
  fi
done

measure() {
  local start=${EPOCHREALTIME/[.,]/}
  run_case "$1" > "$folder/log" 2>&1 || { echo "$1 failed:" >&2; tail -n 20 "$folder/log" >&2; exit 1; }
  local stop=${EPOCHREALTIME/[.,]/}
  printf '%s\t%s\t%s\n' "$2" "$1" $((stop - start)) >> "$folder/times.tsv"
}

# Interleaved, so that what else happens on the machine meets all of them alike. Round 0 is the warm-up.
for ((round = 0; round <= N; round++)); do
  for each in "${cases[@]}"; do measure "$each" $round; done
  echo "round $round of $N" >&2
done

echo "$COUNT subtasks that run \`true\`, $JOBS at a time; wide, and in $LAYERS layers; median of $N (lowest - highest), interleaved"
echo "$(uname -sm), $(getconf _NPROCESSORS_ONLN) cores; .NET SDK $(dotnet --version), $(make --version | head -n 1), ninja $(ninja --version)"
echo
awk -F '\t' '$1 > 0' "$folder/times.tsv" | sort -t "$(printf '\t')" -k2,2 -k3,3n \
  | awk -F '\t' -v count="$COUNT" -v order="${cases[*]}" -f "$here/table.awk"
