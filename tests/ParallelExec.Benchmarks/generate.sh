#!/usr/bin/env bash
# Writes the inputs of run.sh: the same graph for each tool.
#   generate.sh FOLDER COUNT LAYERS SDK_FOLDER
set -euo pipefail
folder=$1 count=$2 layers=$3 sdk=$4
mkdir -p "$folder"/{wide,layers,single,plan}

# Nothing above the folder takes part.
for name in Directory.Build.props Directory.Build.targets; do
  echo '<Project />' > "$folder/$name"
done

# All tools start one `/bin/sh -c` per subtask. make would start a command as simple as `true` without a shell: the `;` prevents it.
make_file() {
  awk -v count="$count" -v layers="$1" 'BEGIN {
    width = count / layers
    printf "all:"; for (i = 0; i < count; i++) printf " t%d", i; print ""
    printf ".PHONY: all"; for (i = 0; i < count; i++) printf " t%d", i
    for (l = 1; l < layers; l++) printf " m%d", l
    print ""
    for (l = 1; l < layers; l++) { printf "m%d:", l; for (i = (l - 1) * width; i < l * width; i++) printf " t%d", i; print "" }
    for (i = 0; i < count; i++) { l = int(i / width); printf "t%d:%s\n\t@true ;\n", i, l ? " m" l : "" }
  }'
}

# No output file is ever written, so that every edge is out of date in every run.
ninja_file() {
  awk -v count="$count" -v layers="$1" 'BEGIN {
    width = count / layers
    print "rule run\n  command = true"
    for (l = 1; l < layers; l++) { printf "build m%d: phony", l; for (i = (l - 1) * width; i < l * width; i++) printf " t%d", i; print "" }
    for (i = 0; i < count; i++) { l = int(i / width); printf "build t%d: run%s\n", i, l ? " | m" l : "" }
  }'
}

# The items go between Sdk.props and Sdk.targets, both imported by path.
sdk_project() {
  echo '<Project>'
  echo "  <Import Project=\"$sdk/Sdk.props\" />"
  echo '  <ItemGroup>'
  cat
  echo '  </ItemGroup>'
  echo "  <Import Project=\"$sdk/Sdk.targets\" />"
  echo '  <Target Name="Nothing" />'
  echo '</Project>'
}

subtasks() {
  awk -v count="$count" -v layers="$1" 'BEGIN {
    width = count / layers
    for (l = 1; l < layers; l++) {
      printf "    <ParallelTask Include=\"m%d\" DependsOn=\"", l
      for (i = (l - 1) * width; i < l * width; i++) printf "%st%d", (i > (l - 1) * width ? ";" : ""), i
      print "\" />"
    }
    for (i = 0; i < count; i++) {
      l = int(i / width)
      printf "    <ParallelTask Include=\"t%d\" Command=\"true\"%s />\n", i, l ? " DependsOn=\"m" l "\"" : ""
    }
  }'
}

# 10,000 subtasks, 100 to a layer; each asks for three of the layer before, the first 300 of them for a fourth: 30,000 edges.
plan_subtasks() {
  awk 'BEGIN {
    for (i = 0; i < 10000; i++) {
      printf "    <ParallelTask Include=\"t%d\" Command=\"true\"", i
      if (i >= 100) {
        start = int(i / 100 - 1) * 100
        printf " DependsOn=\"t%d", start + i % 100
        for (k = 1; k < (i < 400 ? 4 : 3); k++) printf ";t%d", start + (i + k * 7) % 100
        printf "\""
      }
      print " />"
    }
  }'
}

for shape in wide layers; do
  depth=$([ $shape = wide ] && echo 1 || echo "$layers")
  make_file "$depth" > "$folder/$shape/Makefile"
  ninja_file "$depth" > "$folder/$shape/build.ninja"
  subtasks "$depth" | sdk_project > "$folder/$shape/run.proj"
done
echo '    <ParallelTask Include="milestone" />' | sdk_project > "$folder/single/run.proj"
plan_subtasks | sdk_project > "$folder/plan/run.proj"

{ echo '<Project><Target Name="Run">'; for ((i = 0; i < count; i++)); do echo '  <Exec Command="true" />'; done; echo '</Target></Project>'; } > "$folder/exec.proj"
echo '<Project><Target Name="Run" /></Project>' > "$folder/empty.proj"
