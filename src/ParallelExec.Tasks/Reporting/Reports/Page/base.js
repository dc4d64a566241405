// The run, and what every part of the page needs. Text of others becomes text nodes only: nothing of it is ever markup.
const raw = document.getElementById("run").textContent;
// What turns text around is shown, not obeyed: right-to-left text needs none of it.
const turned = /[\u202a-\u202e\u2066-\u2069]/g;
const run = JSON.parse(raw, /\\u(202[a-e]|206[6-9])/i.test(raw) ? (_, value) => typeof value === "string" ? value.replace(turned, "\ufffd") : value : undefined);
const subtasks = run.subtasks;
const inRun = [];
const critical = new Set(run.critical || []);
subtasks.forEach((s, i) => {
  s.index = i;
  s.needs ??= [];
  s.neededBy = [];
  s.stay = (s.ms || 0) + (s.served || 0);
  if (s.wave > 0) inRun.push(s);
});
for (const s of subtasks) for (const d of s.needs) subtasks[d].neededBy.push(s.index);
for (const s of inRun)
  s.text = [s.id, s.title, s.group, s.set, s.reason, s.code, s.why, s.command, s.kind].filter(Boolean).join("\n").toLowerCase();

const $ = id => document.getElementById(id);

/** An element: el("div.class", {attributes, onclick}, children...). Strings are text. */
function el(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const e = document.createElement(tag || "div");
  if (classes.length) e.className = classes.join(" ");
  return fill(e, props, children);
}
function svg(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (classes.length) e.setAttribute("class", classes.join(" "));
  return fill(e, props, children);
}
function fill(e, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [k, v] of Object.entries(value)) e.style.setProperty(k, v);
    else e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
  return e;
}
/** Text of others, which may run from right to left. */
const bdi = text => el("bdi", { dir: "auto" }, text);

const statuses = {
  Failed: ["failed", "failed"], TimedOut: ["timed out", "timedout"], Cancelled: ["cancelled", "cancelled"],
  Succeeded: ["succeeded", "succeeded"], UpToDate: ["up to date", "reused"], Restored: ["restored", "reused"],
  Resumed: ["resumed", "reused"], Blocked: ["blocked", "timedout"], Lost: ["lost", "failed"], Skipped: ["skipped", "skipped"],
  Passed: ["passed", "succeeded"], Flaky: ["flaky", "timedout"],
};
const statusName = s => (statuses[s] || [s.toLowerCase()])[0];
const colorName = s => (statuses[s] || [0, "skipped"])[1];
const color = s => `var(--${colorName(s)})`;
const isFailure = s => s.status === "Failed" || s.status === "TimedOut";
const pill = s => el("span.pill", { style: { "--c": color(s) } }, statusName(s));
const dot = s => el("span.dot", { style: { "--c": color(s) }, title: statusName(s) });

function time(ms) {
  if (ms === undefined || ms === null) return "";
  if (ms < 1000) return ms < 1 ? "0s" : `${Math.round(ms)}ms`;
  const s = ms / 1000;
  if (s < 59.95) return `${s < 10 ? s.toFixed(2) : s.toFixed(1)}s`;
  const whole = Math.round(s);
  return whole < 3600 ? `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`
    : `${Math.floor(whole / 3600)}h${String(Math.floor(whole % 3600 / 60)).padStart(2, "0")}m`;
}
const count = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
const css = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// What is looked at: search, statuses, the chosen subtask, the view. Whoever draws something of it listens.
const view = { query: "", only: new Set(), chosen: -1, tab: "timeline" };
const listeners = [];
const changed = what => listeners.forEach(listener => listener(what));
const matches = s => (view.only.size === 0 || view.only.has(s.status)) && (view.query === "" || s.text.includes(view.query));
const isFiltered = () => view.only.size > 0 || view.query !== "";

/** @param failed whether it failed: of what succeeded no line is an error, whatever it says. */
function logLines(lines, failed) {
  return atEnd(el("div.log", { role: "log", tabindex: "0", "aria-label": "End of the output" }, lines.map((line, i) => el(
    i === 0 && line.startsWith("(what is before") ? "div.cut"
      : failed && /\b(error|fail(ed|ure)?|fatal|exception|panic)\b|✗/i.test(line) && !/\b0 (errors?|failed|failures?)\b|\b(errors?|failed|failures?):\s*0\b/i.test(line) ? "div.e"
        : /\bwarn(ing)?\b/i.test(line) ? "div.w" : "div", null, line || " "))));
}
/** What is told at the end is what one looks for: a log is shown from there. */
const atEnd = log => { requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; }); return log; };
function tip(at, title, ...lines) {
  const t = $("tip");
  t.hidden = !at;
  if (!at) return;
  t.replaceChildren(el("b", { dir: "auto" }, title), ...lines.filter(Boolean).map(line => el("span", { dir: "auto" }, line)));
  const box = t.getBoundingClientRect();
  t.style.left = `${Math.max(8, Math.min(at.clientX + 14, innerWidth - box.width - 8))}px`;
  t.style.top = `${at.clientY + 18 + box.height > innerHeight ? at.clientY - box.height - 12 : at.clientY + 18}px`;
}
function tipOf(at, s) {
  tip(at, s.id, s.title, `${statusName(s.status)}${s.reason ? `: ${s.reason}` : ""}`.slice(0, 200),
    s.track === undefined ? "" : `${time(s.ms)} from ${time(Math.max(0, s.at))}${s.served ? `, served ${time(s.served)}` : ""}${critical.has(s.index) ? " · on the critical path" : ""}`,
    run.before && run.before.times[2 * s.index + 1] >= 0 ? `before: ${time(run.before.times[2 * s.index + 1])}` : "");
}
