// The panel that tells all of one subtask.
let cameFrom = null;
function choose(index, focus = true) {
  if (view.chosen < 0) cameFrom = document.activeElement;
  view.chosen = index;
  const panel = $("detail");
  panel.hidden = index < 0;
  if (index < 0) cameFrom?.focus?.({ preventScroll: true });
  else {
    panel.replaceChildren(...detail(subtasks[index]));
    panel.scrollTop = 0;
    if (focus) panel.focus({ preventScroll: true });
  }
  remember();
  changed("chosen");
}
function detail(s) {
  const c = { "--c": color(s.status) };
  const parts = [el("header", null,
    el("h2", null, bdi(s.id)), s.title && el("p.soft", null, bdi(s.title)),
    el("p", { style: { "margin-top": "8px", display: "flex", gap: "8px", "flex-wrap": "wrap" } }, pill(s.status), critical.has(s.index) && el("span.pill", { style: { "--c": "var(--critical)" } }, "critical path"),
      s.forgiven && el("span.soft", null, "its failure is allowed (ContinueOnError)")),
    s.reason && el("p.reason", { style: c }, bdi(s.reason), s.code ? ` (${s.code})` : ""),
    el("div.nav", null, el("button.icon", { type: "button", title: "Previous (k)", "aria-label": "Previous", onclick: () => step(-1) }, "↑"),
      el("button.icon", { type: "button", title: "Next (j)", "aria-label": "Next", onclick: () => step(1) }, "↓"),
      el("button.icon", { type: "button", title: "Close (Esc)", "aria-label": "Close", onclick: () => choose(-1) }, "✕")))];
  const section = (title, ...content) => parts.push(el("section", null, el("h3", null, title), ...content));
  const facts = [["Took", s.track === undefined ? "" : time(s.ms)], ["Alone", s.alone && s.alone !== s.ms ? (run.isAtMost ? "≤ " : "") + time(s.alone) : ""],
    ["Processor", s.cpu === undefined ? "" : time(s.cpu)], ["Before", run.before && run.before.times[2 * s.index + 1] >= 0 ? time(run.before.times[2 * s.index + 1]) : ""],
    ["Served", s.served ? time(s.served) : ""], ["Started after", s.at === undefined ? "" : time(Math.max(0, s.at)) || "0s"], ["Wave", s.wave || "left out"], ["Kind", s.kind],
    ["Group", s.group], ["Set", s.set], ["Memory", s.memory ? `${(s.memory / 1048576).toLocaleString("en", { maximumFractionDigits: 1 })} MB` : ""], ["Proof", s.proof], ["Cost", s.cost], ["Exit code", s.exitCode], ["Attempts", s.attempts > 1 ? s.attempts : ""]];
  parts.push(el("section", null, el("dl.grid.num", null, facts.filter(([, v]) => v !== "" && v !== undefined && v !== null).map(([k, v]) => el("div", null, el("dt", null, k), el("dd", null, bdi(String(v))))))));
  if (s.tail) section("End of the output", logLines(s.tail, isFailure(s)));
  if (s.log) parts.push(el("section", null, "Its whole output: ", el("a", { href: s.log }, decodeURIComponent(s.log))));
  if (s.why) section("Why it ran", el("p", null, bdi(s.why)));
  if (s.command) section(s.kind === "Agent" ? "Asked for" : "Ran", el("pre", { dir: "auto", tabindex: "0" }, s.command));
  if (s.eachAttempt) section("Attempts", el("table.attempts", null, s.eachAttempt.map((a, i) => el("tr", null,
    el("td", null, `${i + 1}`), el("td", null, dot(a.status), " ", statusName(a.status), a.reason ? [": ", bdi(a.reason)] : ""), el("td.num", null, time(a.ms))))));
  if (s.tests) section("Tests", el("p", null, `${count(s.tests[0], "test")}: ${s.tests[1]} passed, ${s.tests[2]} failed, ${s.tests[3]} skipped${s.tests[4] ? `, ${s.tests[4]} flaky` : ""} `,
    run.tests && el("button.link", { type: "button", onclick: () => { view.query = s.id.toLowerCase(); $("query").value = s.id; choose(-1); show("tests"); } }, "Show them")));
  if (s.criteria) section("Acceptance criteria", el("ul", null, s.criteria.map(c => el("li", null, bdi(c)))));
  if (s.values) section("Values handed on", el("table", null, s.values.map(([k, v]) => el("tr", null, el("td", null, bdi(k)), el("td", null, bdi(v))))));
  if (s.needs.length) section(`Depends on ${s.needs.length > 1 ? s.needs.length : ""}`, links(s.needs));
  if (s.neededBy.length) section(`Needed by ${s.neededBy.length > 1 ? s.neededBy.length : ""}`, links(s.neededBy));
  return parts;
}
function links(indices) {
  // What has gone wrong first: that is what one looks for here.
  const sorted = [...indices].sort((a, b) => isFailure(subtasks[b]) - isFailure(subtasks[a]) || a - b);
  return el("div.chips", null, sorted.slice(0, 40).map(i => el("button.chip", { type: "button", onclick: () => choose(i) }, dot(subtasks[i].status), bdi(subtasks[i].id))),
    sorted.length > 40 && el("span.more", null, `and ${(sorted.length - 40).toLocaleString("en")} more`));
}
/** The next or previous in the order of the table. */
function step(by) {
  const rows = subtaskTable.rows;
  if (!rows.length) return;
  const at = rows.findIndex(s => s.index === view.chosen);
  choose(rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))].index, !$("detail").hidden);
}
