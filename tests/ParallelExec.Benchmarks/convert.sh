#!/usr/bin/env bash
# Conversions, as whole processes, side by side with make and ninja: COUNT files with some work for each, then MANY files that are all up
# to date.
#   N=3 COUNT=1000 MANY=10000 WORK=200000 SDK=<folder of Sdk.props> ./convert.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
N=${N:-3} COUNT=${COUNT:-1000} MANY=${MANY:-10000} WORK=${WORK:-200000} SDK=${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}
SDK=$(cd "$SDK" && pwd)
for tool in dotnet make ninja awk; do
  command -v $tool > /dev/null || { echo "$tool is missing" >&2; exit 2; }
done
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# As a converter of documents does: it starts, computes for some hundredths of a second, and writes a file.
printf '#!/bin/sh\nexec awk -v n=%s '\''BEGIN { for (i = 0; i < n; i++) s += i * i %% 7 } { print s, $0 }'\'' "$1" > "$2"\n' "$WORK" > "$folder/slow"
printf '#!/bin/sh\nexec cp "$1" "$2"\n' > "$folder/quick"
chmod +x "$folder/slow" "$folder/quick"

generate() { # folder, files, program
  mkdir -p "$folder/$1/docs" "$folder/$1"/out-{make,ninja,pex}
  cd "$folder/$1"
  for ((i = 0; i < $2; i++)); do echo "text $i" > "docs/$i.md"; done
  printf 'all: $(patsubst docs/%%.md,out-make/%%.html,$(wildcard docs/*.md))\nout-make/%%.html: docs/%%.md\n\t@../%s $< $@\n' "$3" > Makefile
  {
    printf 'rule c\n  command = ../%s $in $out\n' "$3"
    for ((i = 0; i < $2; i++)); do echo "build out-ninja/$i.html: c docs/$i.md"; done
  } > build.ninja
  cat > pex.proj <<XML
<Project>
  <Import Project="$SDK/Sdk.props" />
  <ItemGroup>
    <ParallelConvert Include="docs/*.md" Tool="../$3" Arguments="{in};{out}" Outputs="out-pex/{name}.html" />
  </ItemGroup>
  <Import Project="$SDK/Sdk.targets" />
</Project>
XML
}
generate work "$COUNT" slow
generate many "$MANY" quick

run_case() {
  case $1 in
    pex) dotnet msbuild pex.proj -t:RunParallelTasks -nologo -v:m -m:2 ;;
    empty) dotnet msbuild "$folder/empty.proj" -nologo -v:m -m:2 ;;
    make) make -s -j2 ;;
    ninja) ninja --quiet -j2 ;;
  esac
}
# Processor seconds, user and system, beside those of the clock.
measure() { # what, case
  TIMEFORMAT='%R %U %S'
  { time run_case "$2" > "$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; exit 1; }; } 2>> "$folder/$1-$2"
}
echo '<Project><Target Name="Run" /></Project>' > "$folder/empty.proj"

cd "$folder/work"
for ((round = 0; round < N; round++)); do
  for name in make ninja pex; do
    rm -rf out-"$name"/* .ninja_log obj
    measure work "$name"
    [ "$(ls "out-$name" | wc -l)" = "$COUNT" ] || { echo "$name has not converted all" >&2; exit 1; }
  done
done
cd "$folder/many"
for name in make ninja pex; do run_case "$name" > /dev/null 2>&1; done
for ((round = 0; round < N; round++)); do
  for name in make ninja pex empty; do measure many "$name"; done
done
run_case pex 2>&1 | grep -q "$MANY up to date" || { echo "pex: not everything was up to date" >&2; exit 1; }

# The median of the rounds, by column.
median() { awk -v c="$2" '{ print c == 1 ? $1 : $2 + $3 }' "$folder/$1" | sort -n | awk '{ all[NR] = $1 } END { printf "%.2f", all[int((NR + 1) / 2)] }'; }
table() { # what, cases
  for name in "${@:2}"; do
    echo "$name $(median "$1-$name" 1) $(median "$1-$name" 2) $(median "$1-ninja" 1) $(median "$1-ninja" 2)" |
      awk '{ printf "| %s | %s | %s | %.2f | %.2f |\n", $1, $2, $3, $2 / ($4 ? $4 : 1), $3 / ($5 ? $5 : 1) }'
  done
}
echo "| $COUNT conversions | seconds | of processor | of ninja's | of its processor's |"
echo "| --- | ---: | ---: | ---: | ---: |"
table work make ninja pex
echo "| $MANY up to date | | | | |"
table many make ninja empty pex
