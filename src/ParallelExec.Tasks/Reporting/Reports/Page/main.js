// The page around the views: tabs, filters, keys, the address, light and dark, print.
const tabs = [...document.querySelectorAll("[role=tab]")];
const nameOf = tab => tab.id.slice(4);
function show(name) {
  if (!tabs.some(t => nameOf(t) === name && !t.hidden)) name = "timeline";
  view.tab = name;
  for (const t of tabs) {
    const on = nameOf(t) === name;
    t.setAttribute("aria-selected", on);
    t.tabIndex = on ? 0 : -1;
    $(`panel-${nameOf(t)}`).hidden = !on;
  }
  chips();
  if (name === "timeline") timeline.size();
  if (name === "graph") graph.show();
  if (name === "subtasks") { subtaskTable.body ? subtaskTable.filter() : subtaskTable.make(); }
  if (name === "tests") { testTable.body ? testTable.filter() : testTable.make(); }
  remember();
}
function chips() {
  const ofTests = view.tab === "tests", set = ofTests ? testOnly : view.only, rows = ofTests ? tests : inRun;
  const counts = new Map();
  for (const r of rows) counts.set(r.status, (counts.get(r.status) || 0) + 1);
  $("chips").replaceChildren(...Object.keys(statuses).filter(s => counts.has(s)).map(s => el("button.chip", {
    type: "button", "aria-pressed": String(set.has(s)), style: { "--c": color(s) },
    onclick: e => { set.has(s) ? set.delete(s) : set.add(s); changed("filter"); chips(); [...$("chips").children].find(c => c.textContent === e.currentTarget.textContent)?.focus(); },
  }, dot(s), `${statusName(s)} ${counts.get(s).toLocaleString("en")}`)));
}
function remember() {
  const parts = [];
  if (view.tab !== "timeline") parts.push(`view=${view.tab}`);
  if (view.chosen >= 0) parts.push(`id=${encodeURIComponent(subtasks[view.chosen].id)}`);
  try { history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search); } catch { /* Some viewers have no address. */ }
}
function search(text) {
  view.query = text.trim().toLowerCase();
  subtaskTable.at = testTable.at = 0;
  changed("filter");
}
function theme(to) {
  if (to) document.documentElement.dataset.theme = to;
  else delete document.documentElement.dataset.theme;
  timeline.redraw();
}
const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

document.addEventListener("keydown", e => {
  if (e.key === "Escape") {
    if ($("help").open) return;
    if (!$("detail").hidden) choose(-1);
    else if (view.query || view.only.size) { $("query").value = ""; view.only.clear(); search(""); chips(); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
  const views = tabs.filter(t => !t.hidden);
  const zoomed = view.tab === "graph" ? graph : timeline;
  if (e.key === "/") { e.preventDefault(); $("query").focus(); $("query").select(); }
  else if (e.key === "?") $("help").showModal();
  else if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "f") { const first = inRun.filter(isFailure).sort((a, b) => (a.at ?? 0) + a.ms - (b.at ?? 0) - b.ms)[0]; if (first) choose(first.index); }
  else if (e.key === "+" || e.key === "=") zoomed.zoom(1.6);
  else if (e.key === "-") zoomed.zoom(1 / 1.6);
  else if (e.key === "0") zoomed.zoom(0);
  else if (/^[1-9]$/.test(e.key) && views[e.key - 1]) show(nameOf(views[e.key - 1]));
});
for (const t of tabs) {
  t.addEventListener("click", () => show(nameOf(t)));
  t.addEventListener("keydown", e => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key], seen = tabs.filter(x => !x.hidden);
    if (!by) return;
    e.stopPropagation();
    const to = seen[(seen.indexOf(t) + by + seen.length) % seen.length];
    show(nameOf(to)); to.focus();
  });
}
let typing = 0;
$("query").addEventListener("input", e => { clearTimeout(typing); typing = setTimeout(() => search(e.target.value), 60); });
$("query").addEventListener("keydown", e => { if (e.key === "Enter" && view.query) { clearTimeout(typing); search(e.target.value); show(view.tab === "tests" ? "tests" : "subtasks"); (view.tab === "tests" ? testTable : subtaskTable).body.focus(); } });
$("theme").addEventListener("click", () => theme(isDark() ? "light" : "dark"));
$("keys").addEventListener("click", () => $("help").showModal());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => timeline.redraw());
addEventListener("resize", () => { timeline.size(); subtaskTable.filter(); testTable.filter(); });
addEventListener("beforeprint", () => {
  document.documentElement.dataset.was = document.documentElement.dataset.theme || "";
  theme("light");
  for (const t of tabs) $(`panel-${nameOf(t)}`).hidden = false;
  graph.show(); graph.fit();
  for (const t of [subtaskTable, testTable]) { if (!t.body) t.make(); t.print(true); }
  timeline.print(true); timeline.draw();
});
addEventListener("afterprint", () => {
  theme(document.documentElement.dataset.was);
  for (const t of [subtaskTable, testTable]) t.print(false);
  timeline.print(false);
  show(view.tab);
});

overview();
const mark = (tab, n) => $(`tab-${tab}`).append(el("small", null, n.toLocaleString("en")));
mark("subtasks", inRun.length);
if (tests.length) { $("tab-tests").hidden = false; mark("tests", run.testCount); }
else $("panel-tests").classList.add("none");
timeline.make();
const asked = new URLSearchParams(location.hash.slice(1));
const askedFor = asked.get("id") ? subtasks.findIndex(s => s.id === asked.get("id")) : -1;
show(asked.get("view") || (inRun.some(s => s.track !== undefined) ? "timeline" : "subtasks"));
if (askedFor >= 0) choose(askedFor);
document.documentElement.dataset.ready = "true";
