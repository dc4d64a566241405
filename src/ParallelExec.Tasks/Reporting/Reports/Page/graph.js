// Who waits for whom. The waves are the columns already, so the layout only has to order each of them: by where its neighbours stand.
const graph = (() => {
  const mostBoxes = 160, mostEdges = 1200, boxW = 196, boxH = 40, gapX = 64, gapY = 12, headY = 30;
  const opened = new Set();
  let boxes = [], edges = [], boxOf = [], columns = [], root, layer, pan = { x: 0, y: 0, k: 1 }, size = { w: 1, h: 1 }, made = false;

  /** Many of one kind in one wave are one box, until somebody opens it; what has failed stands for itself. */
  function group() {
    if (inRun.length <= mostBoxes) { groupBy(s => s.set || s.group || "", Infinity); return; }
    for (const [by, alone] of [[s => s.set || s.group || "", 3], [s => s.set || s.group || "", 0], [() => "", 0]]) {
      groupBy(by, alone);
      if (boxes.length <= mostBoxes || opened.size > 0) break;
    }
  }
  /** @param alone so few are not put together */
  function groupBy(by, alone) {
    boxes = []; boxOf = [];
    const keys = new Map();
    for (const s of inRun) {
      const key = `${s.wave}\n${by(s)}`;
      if (!keys.has(key)) keys.set(key, []);
      keys.get(key).push(s);
    }
    let shownFailures = 0;
    for (const [key, members] of keys) {
      const many = members.length > Math.max(1, alone) && !opened.has(key) || members.length > 400;
      const rest = [];
      for (const s of members) {
        if (many && !(isFailure(s) && shownFailures < 40) && s.index !== view.chosen && !(critical.has(s.index) && critical.size <= 40)) { rest.push(s); continue; }
        if (isFailure(s)) shownFailures++;
        boxOf[s.index] = boxes.length;
        boxes.push({ key, wave: s.wave, members: [s] });
      }
      if (!rest.length) continue;
      for (const s of rest) boxOf[s.index] = boxes.length;
      boxes.push({ key, wave: members[0].wave, members: rest, name: by(members[0]) });
    }
    boxes.forEach((b, i) => { b.index = i; b.from = new Set(); b.to = new Set(); b.crit = b.members.some(s => critical.has(s.index)); });
    const seen = new Set();
    edges = [];
    for (const s of inRun) for (const d of s.needs) {
      const a = boxOf[d], b = boxOf[s.index];
      if (a === undefined || b === undefined || a === b || boxes[a].wave >= boxes[b].wave) continue;
      const id = a * boxes.length + b;
      if (seen.has(id)) continue;
      seen.add(id);
      boxes[a].to.add(b); boxes[b].from.add(a);
      edges.push({ a, b, crit: critical.has(d) && critical.has(s.index) });
    }
    // Waves that have run nothing, or of which nothing is left, take no room.
    columns = [...new Set(boxes.map(b => b.wave))].sort((x, y) => x - y).map(w => boxes.filter(b => b.wave === w));
  }
  function order() {
    const at = [];
    const place = column => column.forEach((b, i) => { at[b.index] = i - (column.length - 1) / 2; });
    columns.forEach(place);
    for (let sweep = 0; sweep < 6; sweep++) {
      const forward = sweep % 2 === 0;
      for (const column of forward ? columns : [...columns].reverse()) {
        const want = new Map(column.map(b => {
          const near = [...(forward ? b.from : b.to)];
          return [b, near.length ? near.reduce((sum, n) => sum + at[n], 0) / near.length : at[b.index]];
        }));
        column.sort((p, q) => want.get(p) - want.get(q) || p.index - q.index);
        place(column);
      }
    }
    const tallest = Math.max(1, ...columns.map(c => c.length));
    columns.forEach((column, c) => column.forEach((b, i) => {
      b.x = c * (boxW + gapX);
      b.y = headY + (tallest - column.length) * (boxH + gapY) / 2 + i * (boxH + gapY);
    }));
    size = { w: columns.length * (boxW + gapX) - gapX, h: headY + tallest * (boxH + gapY) };
  }
  function make() {
    const panel = $("panel-graph");
    made = true;
    if (!inRun.length) { panel.replaceChildren(el("div.card.empty", null, "There is nothing to draw.")); return; }
    group(); order();
    layer = svg("g");
    root = svg("svg", { role: "group", "aria-label": "Graph of dependencies, from left to right in the order of the waves" }, svg("defs", null,
      marker("arrow", "var(--ghost)"), marker("arrow-crit", "var(--critical)"), marker("arrow-lit", "var(--accent)")), layer);
    const note = el("span", { id: "graph-note" });
    panel.replaceChildren(el("div.card", null, el("div.tools", null,
      critical.size > 1 && el("span.key", null, el("span.swatch", { style: { "--c": "var(--critical)", height: "3px" } }), "critical path"),
      el("span", null, "Drag to move, ctrl and wheel to zoom, click for details."), note, el("span.grow"),
      opened.size > 0 && el("button.link", { type: "button", onclick: () => { opened.clear(); make(); fit(); } }, "Close what was opened"),
      zoomer(z => zoomBy(z), fit)), el("div.graph", null, root)));
    draw(note);
    drag();
    requestAnimationFrame(fit);
  }
  const marker = (id, c) => svg("marker", { id, viewBox: "0 0 8 8", refX: "7", refY: "4", markerWidth: "6", markerHeight: "6", orient: "auto" }, svg("path", { d: "M0 0 8 4 0 8z", style: { fill: c } }));
  function draw(note) {
    const drawn = edges.length > mostEdges ? edges.filter(e => e.crit) : edges;
    note.textContent = (boxes.length < inRun.length ? `${count(inRun.length, "subtask")} in ${count(boxes.length, "box")}: open one with a click.`.replace("boxs", "boxes") : "")
      + (drawn.length < edges.length ? " Lines show the critical path, and those of what you point at." : "");
    const lines = svg("g", { class: "edges" }, drawn.map(line));
    const names = columns.map(c => svg("text.wavename", { x: c[0].x, y: 12 }, `Wave ${c[0].wave}`));
    layer.replaceChildren(...names, lines, ...boxes.map(box));
    layer.querySelector(".node")?.setAttribute("tabindex", "0");
    mark();
  }
  function line(e) {
    const a = boxes[e.a], b = boxes[e.b], x0 = a.x + boxW, y0 = a.y + boxH / 2, x1 = b.x - 3, y1 = b.y + boxH / 2, bend = Math.min(120, Math.max(30, (x1 - x0) / 2));
    return svg("path", { d: `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`, class: `edge${e.crit ? " crit" : ""}`, "data-a": e.a, "data-b": e.b, "marker-end": `url(#arrow${e.crit ? "-crit" : ""})` });
  }
  function box(b) {
    const s = b.members[0], one = b.members.length === 1 && b.name === undefined;
    const counts = new Map();
    for (const m of b.members) counts.set(colorName(m.status), (counts.get(colorName(m.status)) || 0) + 1);
    let x = 0;
    const name = one ? s.id : `${b.name || (b.members.length === 1 ? s.id : "subtasks")}`;
    const total = b.members.reduce((sum, m) => sum + (m.ms || 0), 0);
    const sub = one ? [statusName(s.status), s.track === undefined ? "" : time(s.ms), s.title].filter(Boolean).join(" · ") : `${count(b.members.length, "subtask")} · ${time(total)}`;
    const open = () => {
      if (one) { choose(s.index); return; }
      if (b.members.length > 400) { view.query = (b.name || "").toLowerCase(); $("query").value = b.name || ""; changed("filter"); show("subtasks"); return; }
      opened.add(b.key); make();
    };
    return svg("g", {
      class: `node${b.crit ? " crit" : ""}${one ? "" : " cluster"}`, "data-box": b.index, transform: `translate(${b.x} ${b.y})`, role: "button", tabindex: "-1", "aria-label": `${name}: ${sub}`,
      onclick: open, onkeydown: e => keys(e, b, open), onmouseenter: e => { lit(b.index); if (one) tipOf(e, s); else tip(e, name, sub, "Click to open it"); }, onmouseleave: () => { lit(-1); tip(null); }, onfocus: () => lit(b.index), onblur: () => lit(-1),
    }, svg("rect.box", { width: boxW, height: boxH, rx: 7 }),
      [...counts].map(([c, n]) => { const h = boxH * n / b.members.length, r = svg("rect", { x: 0, y: x, width: 5, height: h, style: { fill: `var(--${c})` } }); x += h; return r; }),
      svg("text", { x: 14, y: 17, direction: "ltr", style: { "unicode-bidi": "isolate" } }, cut(name, 27)), svg("text.sub", { x: 14, y: 32, style: { "unicode-bidi": "isolate" } }, cut(sub, 33)));
  }
  const cut = (text, n) => [...text].length > n ? `${[...text].slice(0, n - 1).join("")}…` : text;
  function keys(e, b, open) {
    const column = columns.findIndex(c => c.includes(b)), i = columns[column].indexOf(b);
    const nearest = c => c && [...c].sort((p, q) => Math.abs(p.y - b.y) - Math.abs(q.y - b.y))[0];
    const to = { ArrowUp: columns[column][i - 1], ArrowDown: columns[column][i + 1], ArrowLeft: nearest(columns[column - 1]), ArrowRight: nearest(columns[column + 1]) }[e.key];
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); open(); }
    if (!to) return;
    e.preventDefault();
    const node = layer.querySelector(`[data-box="${to.index}"]`);
    bring(to);
    node.focus({ preventScroll: true });
  }
  /** Lights what it waits for and what waits for it, near and far; all else steps back. */
  function lit(index) {
    const near = new Set();
    for (const way of ["from", "to"]) {
      const open = index < 0 ? [] : [index];
      while (open.length) { const i = open.pop(); near.add(i); for (const n of boxes[i][way]) if (!near.has(n)) open.push(n); }
    }
    const lines = layer.querySelector(".edges");
    if (edges.length > mostEdges && index >= 0) {
      lines.querySelectorAll(".extra").forEach(e => e.remove());
      edges.filter(e => e.a === index || e.b === index).slice(0, 400).forEach(e => { const p = line(e); p.classList.add("extra"); lines.append(p); });
    } else lines.querySelectorAll(".extra").forEach(e => e.remove());
    lines.querySelectorAll(".edge").forEach(e => {
      const on = index >= 0 && near.has(+e.dataset.a) && near.has(+e.dataset.b);
      e.classList.toggle("lit", on); e.classList.toggle("dim", index >= 0 && !on);
      e.setAttribute("marker-end", `url(#arrow${on ? "-lit" : e.classList.contains("crit") ? "-crit" : ""})`);
    });
    layer.querySelectorAll(".node").forEach(n => { const i = +n.dataset.box; n.classList.toggle("dim", index >= 0 ? !near.has(i) : isFiltered() && !boxes[i].members.some(matches)); });
  }
  function mark() {
    if (!layer) return;
    layer.querySelectorAll(".node").forEach(n => n.classList.toggle("on", boxes[+n.dataset.box].members.some(s => s.index === view.chosen)));
    lit(-1);
  }
  function bring(b) {
    const r = root.getBoundingClientRect(), px = b.x * pan.k + pan.x, py = b.y * pan.k + pan.y;
    if (px < 0 || px + boxW * pan.k > r.width) pan.x = r.width / 2 - (b.x + boxW / 2) * pan.k;
    if (py < 0 || py + boxH * pan.k > r.height) pan.y = r.height / 2 - (b.y + boxH / 2) * pan.k;
    apply();
  }
  function apply() { layer.setAttribute("transform", `translate(${pan.x} ${pan.y}) scale(${pan.k})`); }
  function fit() {
    if (!root || !root.clientWidth) return;
    const w = root.clientWidth, most = Math.max(320, Math.min(760, innerHeight * .7));
    const all = Math.min(1.15, (w - 40) / size.w, (most - 40) / size.h);
    // Text that is too small to read helps nobody: then a part is shown, around what has failed.
    pan.k = Math.max(.62, all);
    const h = Math.min(most, Math.max(260, size.h * pan.k + 48));
    root.parentElement.style.height = `${h}px`;
    const at = all < .62 && boxes.find(b => b.name === undefined && isFailure(b.members[0])) || boxes[0];
    const place = (room, length, middle) => length * pan.k + 40 <= room ? (room - length * pan.k) / 2 : Math.min(20, Math.max(room - length * pan.k - 20, room / 2 - middle * pan.k));
    pan.x = place(w, size.w, at.x + boxW / 2);
    pan.y = place(h, size.h, at.y + boxH / 2);
    apply();
  }
  function zoomBy(z, cx, cy) {
    const r = root.getBoundingClientRect();
    cx ??= r.width / 2; cy ??= r.height / 2;
    const k = Math.max(.08, Math.min(3, pan.k * z));
    pan.x = cx - (cx - pan.x) * k / pan.k; pan.y = cy - (cy - pan.y) * k / pan.k; pan.k = k;
    apply();
  }
  function drag() {
    let from = null;
    root.addEventListener("pointerdown", e => { from = { x: e.clientX - pan.x, y: e.clientY - pan.y, sx: e.clientX, sy: e.clientY, moved: false }; });
    root.addEventListener("pointermove", e => {
      if (!from || !(e.buttons & 1)) return;
      if (!from.moved && Math.hypot(e.clientX - from.sx, e.clientY - from.sy) > 4) { from.moved = true; root.setPointerCapture(e.pointerId); }
      if (from.moved) { pan.x = e.clientX - from.x; pan.y = e.clientY - from.y; apply(); }
    });
    root.addEventListener("click", e => { if (from?.moved) e.stopPropagation(); from = null; }, true);
    root.addEventListener("wheel", e => { if (!e.ctrlKey && !e.metaKey) return; e.preventDefault(); const r = root.getBoundingClientRect(); zoomBy(Math.exp(-e.deltaY / 300), e.clientX - r.left, e.clientY - r.top); }, { passive: false });
  }
  listeners.push(what => {
    if (!made || !layer) return;
    // What is hidden in a box comes out of it.
    if (what === "chosen" && view.chosen >= 0 && boxOf[view.chosen] !== undefined && boxes[boxOf[view.chosen]].name !== undefined && view.tab === "graph") { const was = { ...pan }; make(); requestAnimationFrame(() => { pan = was; bring(boxes[boxOf[view.chosen]]); }); return; }
    mark();
    if (what === "chosen" && view.chosen >= 0 && view.tab === "graph" && boxOf[view.chosen] !== undefined) bring(boxes[boxOf[view.chosen]]);
  });
  return { show: () => { if (!made) make(); }, make, fit, zoom: z => z ? zoomBy(z) : fit(), state: () => ({ boxes: boxes.length, edges: edges.length }) };
})();
