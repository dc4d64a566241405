#!/usr/bin/env bash
# What it costs to run six test suites that share references: a solution through `dotnet test`, six `Exec` tasks beside each other, and
# ParallelExec, as whole processes, wall and processor time.
#   N=3 SDK=<folder of Sdk.props> ./suites.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
N=${N:-3} SDK=${SDK:-$here/../../src/ParallelExec.Sdk/Sdk}
SDK=$(cd "$SDK" && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDTERMINALLOGGER=off

folder=$(mktemp -d)
trap '[ "${KEEP:-0}" = 1 ] || rm -rf "$folder"' EXIT
cd "$folder"
library() { # name, references
  mkdir -p "$1"
  {
    echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>'
    for other in $2; do echo "<ProjectReference Include=\"../$other/$other.csproj\" />"; done
    echo '</ItemGroup></Project>'
  } > "$1/$1.csproj"
  echo "namespace $1; public static class Work { public static int Of(int n) { int s = 0; for (int i = 0; i < n; i++) s = unchecked(s * 31 + i); return s; } }" > "$1/Work.cs"
}
library Core ''
library Text Core
library Web 'Core Text'
for ((i = 1; i <= 6; i++)); do
  mkdir -p "Suite$i"
  cat > "Suite$i/Suite$i.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
    <PackageReference Include="xunit" Version="2.9.3" />
    <PackageReference Include="xunit.runner.visualstudio" Version="3.1.4" />
    <ProjectReference Include="../Web/Web.csproj" />
  </ItemGroup>
</Project>
XML
  {
    echo "using Xunit; namespace Suite$i;"
    for ((c = 0; c < 10; c++)); do
      echo "public class C$c {"
      for ((t = 0; t < 7; t++)); do echo "  [Fact] public void T$t() => Assert.NotEqual(1, Web.Work.Of($((t + 1)) * 1000000));"; done
      echo "}"
    done
  } > "Suite$i/Tests.cs"
done
{
  echo '<Solution>'
  for name in Core Text Web Suite1 Suite2 Suite3 Suite4 Suite5 Suite6; do echo "<Project Path=\"$name/$name.csproj\" />"; done
  echo '</Solution>'
} > All.slnx
echo "<Project><Import Project=\"$SDK/Sdk.props\" /><ItemGroup><ParallelTest Include=\"Suite*/*.csproj\" Cache=\"\$(Again)\" /></ItemGroup><Import Project=\"$SDK/Sdk.targets\" /></Project>" > pex.proj
{
  echo '<Project>'
  # As people write it: a target for each, beside each other on the engine's nodes.
  echo '<Target Name="All"><ItemGroup><S Include="$(MSBuildThisFileFullPath)" AdditionalProperties="Suite=1" />'
  for i in 2 3 4 5 6; do echo "<S Include=\"\$(MSBuildThisFileFullPath)\" AdditionalProperties=\"Suite=$i\" />"; done
  echo '</ItemGroup><MSBuild Projects="@(S)" Targets="One" BuildInParallel="true" /></Target>'
  echo '<Target Name="One"><Exec Command="dotnet test Suite$(Suite)/Suite$(Suite).csproj --no-build" /></Target></Project>'
} > exec.proj
dotnet build All.slnx -v:q > build.log 2>&1 || { cat build.log; exit 1; }

cold() { rm -rf */bin */obj/Debug obj/parallelexec; }
run_case() {
  case $1 in
    solution) dotnet test All.slnx --no-build ;;
    solution-m) dotnet test All.slnx --no-build -m ;;
    exec) dotnet msbuild exec.proj -t:All -m -v:m ;;
    pex) dotnet build pex.proj --no-restore -t:RunParallelTasks -p:Again=false ;;
    solution-cold) dotnet test All.slnx --no-restore -m ;;
    pex-cold) dotnet build pex.proj --no-restore -t:RunParallelTasks -p:Again=false -m ;;
    pex-unchanged) dotnet build pex.proj --no-restore -t:RunParallelTasks ;;
  esac
}
cases=${CASES:-solution solution-m exec pex pex-unchanged solution-cold pex-cold}
TIMEFORMAT='%R %U %S'
for ((round = 0; round <= N; round++)); do
  for name in $cases; do
    case $name in *-cold) cold ;; pex-unchanged) run_case pex-unchanged > /dev/null 2>&1 ;; esac
    { time run_case "$name" > "$name.log" 2>&1; } 2> time.txt || { cat "$name.log"; exit 1; }
    # The first round only warms up.
    [ $round = 0 ] || awk -v n="$name" '{ print n, $1, $2 + $3 }' time.txt >> times
    case $name in *-cold) dotnet build All.slnx -v:q > build.log 2>&1 ;; esac
  done
done
grep -h 'tests' pex.log | tail -6
awk '
  { wall[$1] = wall[$1] " " $2; cpu[$1] = cpu[$1] " " $3; if (!($1 in seen)) { seen[$1] = 1; order[++k] = $1 } }
  function median(text,   a, n, i, j, t) {
    n = split(text, a, " ")
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] + 0 < a[i] + 0) { t = a[i]; a[i] = a[j]; a[j] = t }
    return a[int((n + 1) / 2)]
  }
  END {
    print "case            wall s   cpu s   wall and cpu beside dotnet test SOLUTION --no-build"
    for (i = 1; i <= k; i++) {
      n = order[i]; base = n ~ /-cold$/ ? "solution-cold" : "solution"
      printf "%-15s %6.1f  %6.1f   %.2f  %.2f%s\n", n, median(wall[n]), median(cpu[n]), median(wall[n]) / median(wall[base]),
        median(cpu[n]) / median(cpu[base]), base == "solution-cold" ? "   (beside it when all has to be built)" : ""
    }
  }' times
