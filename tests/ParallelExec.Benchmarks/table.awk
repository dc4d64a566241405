# Input: round, case, microseconds; sorted by case and time. Prints the table of run.sh as markdown.
{ times[$2, ++n[$2]] = $3 / 1e6 }

function median(name,    k) {
  k = n[name]
  return k % 2 ? times[name, (k + 1) / 2] : (times[name, k / 2] + times[name, k / 2 + 1]) / 2
}

function ratio(value, base) { return base > 0 ? sprintf("%.2f", value / base) : "-" }

END {
  print "| case | seconds | minus empty dotnet msbuild | per subtask, ms | times ninja | times Exec |"
  print "|---|---:|---:|---:|---:|---:|"
  total = split(order, names, " ")
  empty = median("empty")
  exec = median("exec") - empty
  for (i = 1; i <= total; i++) {
    name = names[i]
    net[name] = median(name) - (name ~ /^(make|ninja)-/ ? 0 : empty)
    shape = name ~ /-layers$/ ? "layers" : "wide"
    row = sprintf("| %s | %.3f (%.3f - %.3f) |", name, median(name), times[name, 1], times[name, n[name]])
    if (name == "empty") row = row " | | | |"
    else if (name == "pex-single" || name ~ /^plan/) row = row sprintf(" %.3f | | | |", net[name])
    else row = row sprintf(" %.3f | %.3f | %s | %s |", net[name], net[name] * 1000 / count, ratio(net[name], median("ninja-" shape)), ratio(net[name], exec))
    print row
  }
  print "\nmake and ninja start no dotnet: nothing is taken off. Ratios compare the third column; ninja's is of the same shape."
  if ("pex-single" in net) printf "Fixed cost of ParallelExec (one milestone - empty): %.0f ms.\n", net["pex-single"] * 1000
  if ("plan" in net) printf "Planning 10,000 subtasks with 30,000 edges (plan - the same project with an empty target): %.0f ms.\n", (net["plan"] - net["plan-load"]) * 1000
}
