// What is seen first: what came of it, what failed first, where the time went, what to change.
function overview() {
  const counts = new Map();
  for (const s of inRun) counts.set(s.status, (counts.get(s.status) || 0) + 1);
  const order = Object.keys(statuses).filter(s => counts.has(s));
  const tone = run.status === "Succeeded" ? "good" : run.status === "Failed" ? "bad" : "warn";
  const word = run.status === "Cancelled" ? "Stopped" : run.status;
  $("project").textContent = run.project;
  $("outcome").textContent = word.toLowerCase();
  $("outcome").style.setProperty("--c", color(run.status));
  const started = new Date(run.startedAt);
  $("facts").textContent = [isNaN(started) ? "" : started.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
    run.schedule === "Eager" ? "eager" : "in waves", `${run.maxParallelism} at a time`, count(run.cores, "core")].filter(Boolean).join(" · ");
  const failed = inRun.filter(isFailure).sort((a, b) => (a.at ?? 0) + a.ms - (b.at ?? 0) - b.ms || a.index - b.index);
  const cards = [el("div.card", null,
    el("h2", null, "Outcome"),
    el("p.big", null, el("span." + tone, null, word), el("small", null, ` in ${time(run.ms)}`)),
    run.reason && el("p.warn", null, bdi(run.reason)),
    el("div.segments", { "aria-hidden": "true" }, order.map(s => el("i", { style: { "--c": color(s), flex: String(counts.get(s)) } }))),
    el("div.legend", null, order.map(s => el("button", { type: "button", title: `Only ${statusName(s)}`, onclick: () => onlyStatus(s) }, dot(s), el("b.num", null, counts.get(s).toLocaleString("en")), statusName(s)))),
    run.cost && el("p.soft.num", { style: { "margin-top": "12px", "font-size": "13px" } }, `Agents: ${run.cost}.`),
    changes(), slower())];
  cards.push(timeCard(), pathCard());
  if (failed.length) cards.push(failureCard(failed));
  $("overview").replaceChildren(...cards.filter(Boolean));
  // The failure is what one has come for.
  if (failed.length) $("overview").prepend(cards.at(-1));
}
/** What is different from the run before. */
function changes() {
  if (!run.before) return null;
  const by = run.ms - run.before.ms;
  return el("p.soft.num", { style: { "margin-top": "12px", "font-size": "13px" } },
    Math.abs(by) < Math.max(50, run.before.ms * 0.02) ? `As long as the run before (${time(run.before.ms)}).`
      : `${time(Math.abs(by))} ${by > 0 ? "longer" : "shorter"} than the run before (${time(run.before.ms)}${run.before.status === "Succeeded" ? "" : `, ${run.before.status.toLowerCase()}`}).`);
}
/** What takes clearly longer than it did then: the first place to look at where a run has become slow. */
function slower() {
  if (!run.before) return null;
  const by = s => s.ms - run.before.times[2 * s.index + 1];
  const rows = inRun.filter(s => s.attempts > 0 && run.before.times[2 * s.index + 1] >= 0 && by(s) > Math.max(100, 0.2 * run.before.times[2 * s.index + 1])).sort((a, b) => by(b) - by(a)).slice(0, 3);
  if (!rows.length) return null;
  return el("div.path", null, el("h2", { style: { margin: "10px 0 2px" } }, "Slower than before"), rows.map(s => el("button", { type: "button", title: "It took longer than in the run before", onclick: () => choose(s.index) }, el("span.name", null, bdi(s.id)),
    el("span.num", null, time(s.ms)), el("span.num.warn", null, `+${time(by(s))}`))));
}
function timeCard() {
  const atMost = run.isAtMost && run.sequential > run.ms ? "≤ " : "";
  const rows = [["One after another", run.sequential, "--skipped", atMost], ["This run", run.ms, "--accent", "", true]];
  if (run.before) rows.push(["Run before", run.before.ms, "--ghost", ""]);
  if (run.unlimited) rows.push(["With unlimited cores", run.unlimited, "--succeeded", ""]);
  if (run.criticalMs) rows.push(["Critical path", run.criticalMs, "--critical", ""]);
  const most = Math.max(1, ...rows.map(r => r[1]));
  return el("div.card", null,
    el("h2", null, "Where the time went"),
    el("p.big", null, run.sequential > 0 && run.saved > 0 ? [`${atMost}${run.saved}%`, el("small", null, " saved by running in parallel")] : [time(run.ms), el("small", null, " nothing saved by running in parallel")]),
    el("dl.compare.num", { style: { "margin-top": "14px" } }, rows.flatMap(([name, ms, c, before, now]) => [
      el(now ? "dt.strong" : "dt", null, name), el("dd.track", { "aria-hidden": "true" }, el("i", { style: { "--c": `var(${c})`, width: `${100 * ms / most}%` } })), el("dd.num", null, before + time(ms))])),
    run.barriers > 0 && el("p.soft.num", { style: { "margin-top": "10px", "font-size": "13px" } }, `Waiting at the ends of waves cost ${time(run.barriers)}.`));
}
function pathCard() {
  const path = (run.critical || []).map(i => subtasks[i]);
  const onPath = path.length > 1;
  const shown = (onPath ? path : [...inRun].sort((a, b) => b.ms - a.ms)).filter(s => s.ms > 0);
  const longest = [...shown].sort((a, b) => b.alone - a.alone).slice(0, 6);
  const rows = onPath ? shown.filter(s => longest.includes(s)) : longest;
  const most = Math.max(1, ...rows.map(s => onPath ? s.alone : s.ms));
  return el("div.card.third", null,
    el("h2", null, onPath ? `Critical path, ${time(run.criticalMs)}` : "What took longest"),
    el("div.path", null, rows.map(s => el("button", { type: "button", onclick: () => choose(s.index) }, el("span.name", null, bdi(s.id)),
      el("span.meter", null, el("i", { style: { width: `${100 * (onPath ? s.alone : s.ms) / most}%`, "--c": onPath ? "var(--critical)" : color(s.status) } })), el("span.num", null, time(onPath ? s.alone : s.ms))))),
    onPath && shown.length > rows.length && el("p.more", null, `and ${shown.length - rows.length} shorter ones on it`),
    run.advice ? el("p.advice", null, el("b", null, "To be faster: "), bdi(run.advice))
      : run.status === "Succeeded" && onPath && el("p.advice", null, "No single change would save more than a tenth of this run."));
}
function failureCard(failed) {
  const first = failed[0];
  const skipped = inRun.filter(s => s.status === "Skipped" || s.status === "Cancelled").length;
  return el("article.card.failure", { style: { "--c": color(first.status) }, "aria-label": "First failure" },
    el("header", null, pill(first.status), el("h2", null, bdi(first.id), first.title && el("span.soft", { style: { "font-weight": "400" } }, " ", bdi(first.title))),
      el("span.why", null, bdi(first.reason || "")), el("span.grow"),
      el("span.soft.num", null, `${time(first.ms)}${first.attempts > 1 ? `, ${first.attempts} attempts` : ""}`), el("button.link", { type: "button", onclick: () => choose(first.index) }, "Details")),
    first.tail && logLines(first.tail, true),
    (failed.length > 1 || skipped > 0) && el("div.others", null,
      failed.length > 1 && [`Then ${failed.length - 1} more failed:`, failed.slice(1, 9).map(s => el("button.chip", { type: "button", onclick: () => choose(s.index) }, dot(s.status), bdi(s.id))),
        failed.length > 9 && el("button.link", { type: "button", onclick: () => { onlyStatus("Failed"); show("subtasks"); } }, `all ${failed.length}`)],
      skipped > 0 && el("span", null, `${count(skipped, "subtask")} did not run, or not to the end.`)));
}
function onlyStatus(status) {
  view.only = new Set([status]);
  show("subtasks");
  changed("filter");
  $("panels").scrollIntoView({ block: "start" });
}
