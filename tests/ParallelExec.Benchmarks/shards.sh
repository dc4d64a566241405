#!/usr/bin/env bash
# How near parts of one long suite come to the lower bound: 200 classes of very different length, 1, 2 and 4 parts. The tests wait and do
# not compute, so that the machine's cores do not count.
#   SECONDS_OF_TESTS=30 SDK=<folder of Sdk.props> ./shards.sh
# The bound: the longest class, or the whole through the number of parts, whichever is more, and what the run with one part takes beside
# its tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SECONDS_OF_TESTS=${SECONDS_OF_TESTS:-30} SDK=${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}
SDK=$(cd "$SDK" && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
trap '[ "${KEEP:-0}" = 1 ] || rm -rf "$folder"' EXIT
cd "$folder"
mkdir Long
cat > Long/Long.csproj <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
    <PackageReference Include="xunit" Version="2.9.3" />
    <PackageReference Include="xunit.runner.visualstudio" Version="3.1.4" />
  </ItemGroup>
</Project>
XML
# Class i weighs 1/(i+5): the first is 40 times as long as the last.
awk -v total="$SECONDS_OF_TESTS" 'BEGIN {
  for (i = 0; i < 200; i++) sum += 1 / (i + 5)
  print "[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]"
  for (i = 0; i < 200; i++) {
    ms = int(1000 * total / (i + 5) / sum / 2 + 0.5); whole += 2 * ms; if (2 * ms > longest) longest = 2 * ms
    printf "public class C%d { [Xunit.Fact] public void A() => System.Threading.Thread.Sleep(%d); [Xunit.Fact] public void B() => System.Threading.Thread.Sleep(%d); }\n", (i * 71) % 200, ms, ms
  }
  print whole, longest > "lengths"
}' > Long/Tests.cs
echo "<Project><Import Project=\"$SDK/Sdk.props\" /><ItemGroup><ParallelTest Include=\"Long/Long.csproj\" Shards=\"\$(Parts)\" Cache=\"false\" /></ItemGroup><Import Project=\"$SDK/Sdk.targets\" /></Project>" > pex.proj
dotnet build Long -v:q > build.log 2>&1 || { cat build.log; exit 1; }

TIMEFORMAT='%R'
for parts in 1 2 4; do
  # The first run learns how long each class takes.
  for run in learn measure; do
    { time dotnet build pex.proj --no-restore -t:RunParallelTasks -p:Parts=$parts -m:4 > "$parts.log" 2>&1; } 2> time.txt || { cat "$parts.log"; exit 1; }
  done
  echo "$parts $(cat time.txt)" >> times
done
awk 'NR == FNR { whole = $1 / 1000; longest = $2 / 1000; next }
  FNR == 1 { beside = $2 - whole; print "parts   wall s   bound s   ratio" }
  { bound = whole / $1 > longest ? whole / $1 : longest; bound += beside; printf "%5d %8.1f %9.1f %7.2f\n", $1, $2, bound, $2 / bound }' lengths times
