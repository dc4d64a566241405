// Tables of which only the rows are there that can be seen.
class Table {
  /** columns: {name, width, wide, right, value(row) to sort by, cell(row)}; open(row) when it is clicked. */
  constructor(panel, label, all, columns, open, isOn) {
    Object.assign(this, { panel, label, all, columns, open, isOn, rows: all, height: 36, sort: null, down: false, at: 0, keep: () => true, printing: false });
  }
  make() {
    const cols = this.columns.map(c => c.width).join(" "), narrow = this.columns.filter(c => !c.wide).map(c => c.width).join(" ");
    this.head = el("div.head", { role: "row" }, this.columns.map(c => el(`div${c.right ? ".right" : ""}${c.wide ? ".wide" : ""}`, { role: "columnheader" },
      el("button", { type: "button", onclick: () => this.sortBy(c) }, c.name))));
    this.space = el("div.space");
    this.body = el("div.body", { role: "rowgroup", tabindex: "0", "aria-label": this.label, onscroll: () => this.draw() }, this.space);
    this.body.addEventListener("keydown", e => this.key(e));
    this.none = el("div.empty", { hidden: true }, "Nothing is left. Clear the search, or the statuses above.");
    this.element = el("div.table", { role: "table", "aria-label": this.label, style: { "--cols": cols, "--cols-narrow": narrow } }, this.head, this.body, this.none);
    this.panel.replaceChildren(this.element);
    new ResizeObserver(() => this.draw()).observe(this.body);
    this.filter();
  }
  sortBy(column) {
    this.down = this.sort === column ? !this.down : !!column.right;
    this.sort = column;
    this.filter();
  }
  filter() {
    this.rows = this.all.filter(this.keep);
    if (this.sort) {
      const value = this.sort.value, by = this.down ? -1 : 1;
      this.rows.sort((a, b) => {
        const x = value(a), y = value(b);
        return by * (typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : (x ?? -1) - (y ?? -1)) || this.all.indexOf(a) - this.all.indexOf(b);
      });
    }
    if (!this.body) return;
    this.columns.forEach((c, i) => {
      const cell = this.head.children[i];
      cell.setAttribute("aria-sort", this.sort !== c ? "none" : this.down ? "descending" : "ascending");
      cell.firstChild.textContent = c.name + (this.sort !== c ? "" : this.down ? " ↓" : " ↑");
    });
    this.element.setAttribute("aria-rowcount", this.rows.length);
    this.none.hidden = this.rows.length > 0;
    this.body.hidden = this.rows.length === 0;
    this.space.style.height = `${this.rows.length * this.height}px`;
    this.body.style.height = `${Math.min(this.rows.length * this.height, Math.max(300, innerHeight - 210)) + 2}px`;
    this.at = Math.min(this.at, Math.max(0, this.rows.length - 1));
    this.drawn = null;
    this.draw();
  }
  draw() {
    if (!this.body || (!this.body.clientHeight && !this.printing)) return;
    const first = this.printing ? 0 : Math.max(0, Math.floor(this.body.scrollTop / this.height) - 6);
    const last = this.printing ? Math.min(this.rows.length, 2000) : Math.min(this.rows.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / this.height) + 6);
    const now = `${first} ${last} ${this.printing}`;
    if (now === this.drawn) return;
    this.drawn = now;
    const rows = [];
    for (let i = first; i < last; i++) {
      const row = this.rows[i];
      rows.push(el(`div.row${this.isOn(row) ? ".on" : ""}`, { role: "row", id: `${this.panel.id}-${i}`, "aria-rowindex": i + 1, style: { top: `${i * this.height}px` }, onclick: () => { this.at = i; this.open(row); } },
        this.columns.map(c => el(`div${c.right ? ".right.num" : ""}${c.wide ? ".wide" : ""}`, { role: "cell" }, c.cell(row)))));
    }
    this.space.replaceChildren();
    this.body.replaceChildren(this.space, ...rows);
    this.mark();
  }
  redraw() { this.drawn = null; this.draw(); }
  mark() { if (this.rows.length) this.body.setAttribute("aria-activedescendant", `${this.panel.id}-${this.at}`); }
  key(e) {
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.height) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 }[e.key];
    if (e.key === "Enter" && this.rows[this.at]) { this.open(this.rows[this.at]); return; }
    if (!by) return;
    e.preventDefault();
    this.at = Math.max(0, Math.min(this.rows.length - 1, this.at + by));
    this.bring(this.at);
    if (this.move) this.move(this.rows[this.at]);
    this.redraw();
  }
  bring(i) {
    const top = i * this.height;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + this.height > this.body.scrollTop + this.body.clientHeight) this.body.scrollTop = top + this.height - this.body.clientHeight;
  }
  print(on) { this.printing = on; if (this.body) this.redraw(); }
}
const status = s => el("div.status", null, dot(s.status), el("span", { style: { color: isFailure(s) || s.status === "Flaky" ? color(s.status) : "" } }, statusName(s.status)));
const rank = s => Object.keys(statuses).indexOf(s.status);
const subtaskTable = new Table($("panel-subtasks"), "Subtasks",
  // As one looks for them: failures first, then in the order in which they ran.
  [...inRun].sort((a, b) => isFailure(b) - isFailure(a) || (a.at ?? 1e15) - (b.at ?? 1e15) || a.index - b.index), [
    { name: "Status", width: "110px", value: rank, cell: status },
    { name: "Subtask", width: "minmax(140px, 5fr)", value: s => s.id, cell: s => el("div.name", { title: s.id, style: { overflow: "hidden", "text-overflow": "ellipsis" } }, bdi(s.id), s.title && el("span.soft", null, "  ", bdi(s.title))) },
    { name: "Why", width: "minmax(100px, 4fr)", wide: true, value: s => s.reason || s.why || "", cell: s => el("span.soft", { title: s.reason || s.why || "" }, bdi(s.reason || s.why || "")) },
    { name: "Group", width: "minmax(60px, 1fr)", wide: true, value: s => s.group || s.set || "", cell: s => el("span.soft", null, bdi(s.group || s.set || "")) },
    { name: "Wave", width: "52px", wide: true, right: true, value: s => s.wave, cell: s => String(s.wave) },
    { name: "When", width: "minmax(90px, 2fr)", wide: true, value: s => s.at ?? 1e15, cell: s => s.track === undefined ? "" : el("div.spark", null, el("i", { style: { "--c": critical.has(s.index) && !isFailure(s) ? "var(--critical)" : color(s.status), left: `${100 * Math.max(0, s.at) / Math.max(1, run.ms)}%`, width: `${100 * s.ms / Math.max(1, run.ms)}%` } })) },
    { name: "Time", width: "72px", right: true, value: s => s.track === undefined ? -1 : s.ms, cell: s => s.track === undefined ? "" : time(s.ms) },
    { name: "Before", width: "72px", wide: true, right: true, value: s => was(s), cell: s => el("span.faint", null, was(s) >= 0 ? time(was(s)) : "") },
  ], s => choose(s.index), s => s.index === view.chosen);
const was = s => run.before ? run.before.times[2 * s.index + 1] : -1;
subtaskTable.move = s => { if (view.chosen >= 0) choose(s.index, false); };
const tests = run.tests || [];
tests.forEach(t => { t.text = [t.name, subtasks[t.suite].id, t.message, t.status].filter(Boolean).join("\n").toLowerCase(); });
const testTable = new Table($("panel-tests"), "Tests", tests, [
  { name: "Status", width: "100px", value: rank, cell: status },
  { name: "Test", width: "minmax(140px, 5fr)", value: t => t.name, cell: t => el("span.name", { title: t.name }, bdi(t.name)) },
  { name: "Message", width: "minmax(100px, 4fr)", wide: true, value: t => t.message || "", cell: t => el("span.soft", null, bdi((t.message || "").split("\n")[0])) },
  { name: "Suite", width: "minmax(80px, 2fr)", wide: true, value: t => subtasks[t.suite].id, cell: t => el("span.soft", null, bdi(subtasks[t.suite].id)) },
  { name: "Time", width: "80px", right: true, value: t => t.ms, cell: t => time(t.ms) },
], t => showTest(t), t => t === chosenTest);
let chosenTest = null;
function showTest(t) {
  choose(t.suite);
  chosenTest = t;
  $("detail").insertBefore(el("section", null, el("h3", null, "Test"), el("p", null, dot(t.status), " ", el("b", null, bdi(t.name)), ` ${statusName(t.status)} (${time(t.ms)})`),
    t.message && el("pre", { dir: "auto", tabindex: "0", style: { "margin-top": "8px" } }, t.message), t.stack && el("pre", { dir: "auto", tabindex: "0", style: { "margin-top": "8px" } }, t.stack)), $("detail").children[1] || null);
  testTable.redraw();
}
const testOnly = new Set();
subtaskTable.keep = matches;
testTable.keep = t => (testOnly.size === 0 || testOnly.has(t.status)) && (view.query === "" || t.text.includes(view.query));
listeners.push(what => {
  if (what === "filter") { subtaskTable.filter(); testTable.filter(); }
  if (what === "chosen") {
    if (view.chosen < 0) chosenTest = null;
    const i = subtaskTable.rows.findIndex(s => s.index === view.chosen);
    if (i >= 0) { subtaskTable.at = i; if (subtaskTable.body?.clientHeight) subtaskTable.bring(i); }
    subtaskTable.redraw(); testTable.redraw();
  }
});
