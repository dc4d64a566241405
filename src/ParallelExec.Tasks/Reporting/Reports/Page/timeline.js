// When what ran: a row per slot, drawn on a canvas that shows only what is scrolled to.
const timeline = (() => {
  const bars = inRun.filter(s => s.track !== undefined).sort((a, b) => a.at - b.at || a.index - b.index);
  const tracks = bars.reduce((most, s) => Math.max(most, s.track + 1), 0);
  // Times of a service go beyond the run's where it was ended after it.
  const end = bars.reduce((latest, s) => Math.max(latest, s.at + s.stay), Math.max(1, run.ms));
  const before = run.before;
  // What has failed lies above the rest, and is never too thin to be seen.
  const painted = [...bars.filter(s => !isFailure(s)), ...bars.filter(isFailure)];
  const waves = [];
  if (run.schedule !== "Eager") {
    for (const s of bars) {
      const w = waves[s.wave] ??= { number: s.wave, from: Infinity, to: 0 };
      w.from = Math.min(w.from, s.at);
      w.to = Math.max(w.to, s.at + s.ms);
    }
  }
  const busyNow = busy(bars.map(s => [s.at, s.at + s.stay]));
  const busyBefore = before ? busy(subtasks.map((s, i) => [before.times[2 * i], before.times[2 * i] + before.times[2 * i + 1]]).filter(([from]) => from >= 0)) : [];
  const peak = [...busyNow, ...busyBefore].reduce((most, p) => Math.max(most, p[1]), 1);
  const rowHeight = tracks > 120 ? 6 : tracks > 48 ? 10 : tracks > 20 ? 20 : 26;
  const left = 12, right = 24, stripTop = 26, stripHeight = 44, top = stripTop + stripHeight + 12;
  let zoom = 1, ghost = true, scroller, inner, canvas, hovered = null, queued = false, printing = false;

  /** How many ran at each time: steps [time, count]. */
  function busy(spans) {
    const changes = spans.flatMap(([from, to]) => [[from, 1], [to, -1]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const steps = [];
    let n = 0;
    for (const [at, by] of changes) {
      n += by;
      if (steps.length && steps.at(-1)[0] === at) steps.at(-1)[1] = n;
      else steps.push([at, n]);
    }
    return steps;
  }
  function make() {
    const panel = $("panel-timeline");
    if (!bars.length) {
      panel.replaceChildren(el("div.card.empty", null, "Nothing ran: there is no time to show."));
      return;
    }
    canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": `Timeline of ${count(bars.length, "subtask")} in ${count(tracks, "slot")}. Arrow keys go from one to the next, Enter opens it.` });
    inner = el("div", null, canvas);
    scroller = el("div.scroll", { onscroll: redraw }, inner);
    panel.replaceChildren(el("div.card", null, el("div.tools", null,
      ...[["Succeeded", "succeeded"], ["Failed", "failed"], ["TimedOut", "timed out"], ["UpToDate", "done before"], ["Cancelled", "cancelled"]]
        .filter(([s]) => bars.some(b => colorName(b.status) === colorName(s))).map(([s, name]) => el("span.key", null, el("span.swatch", { style: { "--c": s === "Succeeded" ? "var(--bar)" : color(s) } }), name)),
      critical.size > 0 && el("span.key", null, el("span.swatch", { style: { "--c": "transparent", border: "2px solid var(--critical)" } }), "critical path"),
      before && el("label", null, el("input", { type: "checkbox", id: "ghost", checked: true, onchange: e => { ghost = e.target.checked; redraw(); } }), "the run before"),
      el("span.grow"), el("span.num", null, `up to ${busyNow.reduce((m, p) => Math.max(m, p[1]), 0)} at once, in ${count(tracks, "slot")}`), zoomer(z => setZoom(zoom * z), () => setZoom(1))), scroller));
    canvas.addEventListener("mousemove", e => { const s = at(e); if (s !== hovered) { hovered = s; redraw(); } canvas.style.cursor = s ? "pointer" : "default"; if (s) tipOf(e, s); else tip(null); });
    canvas.addEventListener("mouseleave", () => { hovered = null; tip(null); redraw(); });
    canvas.addEventListener("click", e => { const s = at(e); if (s) choose(s.index); });
    canvas.addEventListener("keydown", e => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      if (e.key === "Enter" && hovered) choose(hovered.index);
      if (!by) return;
      e.preventDefault();
      const seen = bars.filter(matches);
      hovered = seen[Math.max(0, Math.min(seen.length - 1, (hovered ? seen.indexOf(hovered) : -1) + by))] || null;
      if (hovered) { reveal(hovered); const r = canvas.getBoundingClientRect(); tipOf({ clientX: r.left + x(hovered.at) - scroller.scrollLeft, clientY: r.top + y(hovered) - scroller.scrollTop + rowHeight }, hovered); }
      redraw();
    });
    scroller.addEventListener("wheel", e => { if (e.ctrlKey || e.metaKey) { e.preventDefault(); setZoom(zoom * Math.exp(-e.deltaY / 300), e.clientX - scroller.getBoundingClientRect().left); } }, { passive: false });
    new ResizeObserver(size).observe(scroller);
    size();
  }
  const width = () => (scroller.clientWidth - left - right) * zoom;
  const x = ms => left + ms / end * width();
  const y = s => top + s.track * rowHeight;
  function size() {
    if (!scroller || !scroller.clientWidth) return;
    const height = top + tracks * rowHeight + 10;
    // A scrollbar along the bottom takes some of it.
    scroller.style.height = `${Math.min(height, printing ? 900 : Math.max(320, innerHeight - 220)) + (zoom > 1 ? 18 : 2)}px`;
    inner.style.width = `${width() + left + right}px`;
    inner.style.height = `${height}px`;
    redraw();
  }
  function setZoom(to, around = scroller.clientWidth / 2) {
    const time = (scroller.scrollLeft + around - left) / width();
    zoom = Math.max(1, Math.min(2000, 8e6 / scroller.clientWidth, to));
    size();
    scroller.scrollLeft = time * width() + left - around;
  }
  function reveal(s) {
    const from = x(s.at), to = x(s.at + s.stay);
    if (from < scroller.scrollLeft || to > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = from - 60;
    if (y(s) - top < scroller.scrollTop || y(s) + rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = y(s) - top - 60;
  }
  function at(e) {
    const r = canvas.getBoundingClientRect(), px = e.clientX - r.left + scroller.scrollLeft, py = e.clientY - r.top + scroller.scrollTop;
    if (e.clientY - r.top < top - 4) return null;
    const track = Math.floor((py - top) / rowHeight);
    let best = null;
    for (const s of bars) if (s.track === track && px >= x(s.at) - 2 && px <= Math.max(x(s.at + s.stay), x(s.at) + 3)) best = s;
    return best;
  }
  function redraw() {
    if (queued || !scroller) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; draw(); });
  }
  function step() {
    const ms = end / width() * 110;
    const unit = 10 ** Math.floor(Math.log10(ms));
    const nice = [1, 2, 5, 10].map(n => n * unit).find(n => n >= ms);
    // From a minute on people count in minutes.
    return nice < 30000 ? nice : [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map(s => s * 1000).find(n => n >= ms) || nice;
  }
  function draw() {
    const w = scroller.clientWidth, h = scroller.clientHeight, ratio = devicePixelRatio || 1;
    if (!w) return;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio);
      canvas.style.width = `${w}px`; canvas.style.height = `${h}px`;
    }
    const g = canvas.getContext("2d"), sx = scroller.scrollLeft, sy = scroller.scrollTop;
    const colors = Object.fromEntries(["card", "ink", "soft", "faint", "line", "band", "accent", "critical", "ghost", "bar", "succeeded", "failed", "timedout", "cancelled", "skipped", "reused"].map(c => [c, css(c)]));
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.fillStyle = colors.card; g.fillRect(0, 0, w, h);
    const X = ms => x(ms) - sx;
    for (const wave of waves) if (wave && wave.number % 2) { g.fillStyle = colors.band; g.fillRect(X(wave.from), 0, X(wave.to) - X(wave.from), h); }
    g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "left";
    const by = step();
    for (let ms = Math.floor(Math.max(0, (sx - left) / width() * end) / by) * by; ms <= end && X(ms) < w; ms += by) {
      const tx = Math.round(X(ms)) + .5;
      g.strokeStyle = colors.line; g.beginPath(); g.moveTo(tx, stripTop - 6); g.lineTo(tx, h); g.stroke();
      // Where the waves have their names, times keep out of their way.
      g.fillStyle = colors.faint; g.fillText(ms === 0 ? "0" : label(ms, by), tx + 4, 11);
    }
    bodies(g, colors, X, sy, w, h);
    strip(g, colors, X, w);
  }
  const label = (ms, by) => by < 1000 ? `${+(ms / 1000).toFixed(3)}s` : ms < 60000 ? `${ms / 1000}s` : `${Math.floor(ms / 60000)}m${ms % 60000 ? String(ms % 60000 / 1000).padStart(2, "0") + "s" : ""}`;
  function bodies(g, colors, X, sy, w, h) {
    g.save(); g.beginPath(); g.rect(0, top - 4, w, h - top + 4); g.clip();
    const pad = rowHeight > 22 ? 3 : rowHeight > 12 ? 2 : 1, tall = rowHeight - 2 * pad - (ghost && before && rowHeight > 12 ? 3 : 0), filtered = isFiltered();
    for (const s of painted) {
      const x0 = X(s.at), x1 = Math.max(X(s.at + s.stay), x0 + (isFailure(s) ? 4 : 1.5)), y0 = y(s) - sy + pad;
      if (y0 > h || y0 + rowHeight < top) continue;
      const was = before && before.times[2 * s.index + 1];
      if (x1 >= 0 && x0 <= w) {
        g.globalAlpha = filtered && !matches(s) ? .13 : 1;
        g.fillStyle = s.status === "Succeeded" ? colors.bar : colors[colorName(s.status)];
        box(g, x0, y0, Math.max(1.5, x1 - x0 - (x1 - x0 > 4 ? 1 : 0)), tall, x1 - x0 < 8 ? 1 : rowHeight > 12 ? 4 : 1); g.fill();
        if (s.served) { g.globalAlpha *= .45; g.fillStyle = colors.card; g.fillRect(X(s.at + s.ms), y0 + 1, x1 - X(s.at + s.ms) - 2, tall - 2); g.globalAlpha = filtered && !matches(s) ? .13 : 1; }
        if (s.eachAttempt && x1 - x0 > 12) for (const a of s.eachAttempt.slice(1)) { g.fillStyle = colors.card; g.fillRect(X(a.at) - 1, y0, 2, tall); }
        if (critical.has(s.index)) { g.strokeStyle = colors.critical; g.lineWidth = rowHeight > 12 ? 2.5 : 1.5; box(g, x0 + .5, y0, Math.max(2, x1 - x0 - 2), tall, 4); g.stroke(); g.lineWidth = 1; }
        if (s === hovered || s.index === view.chosen) { g.strokeStyle = colors.ink; g.lineWidth = 2; box(g, x0 - .5, y0 - 1, Math.max(3, x1 - x0 + 1), tall + 2, 4); g.stroke(); g.lineWidth = 1; }
        if (tall >= 11 && x1 - x0 > 34) {
          const from = Math.max(x0, 0) + 7, room = Math.min(x1, w) - from - 6;
          if (room > 20) { g.fillStyle = "#fff"; g.save(); g.beginPath(); g.rect(from, y0, room, tall); g.clip(); g.font = "600 11px system-ui, sans-serif"; g.fillText(s.title && room > 220 ? `${s.id}   ${s.title}` : s.id, from, y0 + tall / 2 + .5); g.restore(); }
        }
        g.globalAlpha = 1;
      }
      if (ghost && was >= 0 && rowHeight > 12) {
        const to = X(s.at + was);
        if (to >= 0 && x0 <= w) { g.fillStyle = colors.ghost; g.globalAlpha = filtered && !matches(s) ? .13 : .9; g.fillRect(x0, y0 + tall + 2, Math.max(1.5, to - x0 - 1), 2); g.globalAlpha = 1; }
      }
    }
    g.restore();
  }
  /** How many ran, and in the run before; it stays above the rows. */
  function strip(g, colors, X, w) {
    g.fillStyle = colors.card; g.globalAlpha = .9; g.fillRect(0, stripTop - 6, w, top - stripTop + 2); g.globalAlpha = 1;
    const base = stripTop + stripHeight, Y = n => base - n / peak * (stripHeight - 14);
    const line = steps => { let n = 0; g.moveTo(X(0), Y(0)); for (const [t, m] of steps) { g.lineTo(X(t), Y(n)); g.lineTo(X(t), Y(m)); n = m; } };
    g.beginPath(); line(busyNow); g.lineTo(X(end), base); g.closePath(); g.fillStyle = colors.accent; g.globalAlpha = .22; g.fill(); g.globalAlpha = 1;
    g.beginPath(); line(busyNow); g.strokeStyle = colors.accent; g.lineWidth = 1.5; g.stroke();
    // Two lines that change with each point of the picture are none.
    if (ghost && before && busyBefore.length < zoom * w / 3) { g.beginPath(); line(busyBefore); g.setLineDash([3, 3]); g.strokeStyle = colors.ghost; g.stroke(); g.setLineDash([]); }
    g.lineWidth = 1; g.strokeStyle = colors.line; g.beginPath(); g.moveTo(0, base + .5); g.lineTo(w, base + .5); g.stroke();
    g.font = "600 10px system-ui, sans-serif"; g.fillStyle = colors.soft;
    let last = -100;
    for (const wave of waves) {
      if (!wave || X(wave.to) - X(wave.from) < 10 || X(wave.to) < 0 || X(wave.from) > w) continue;
      const text = X(wave.to) - X(wave.from) > 60 ? `wave ${wave.number}` : `${wave.number}`, at = Math.max(X(wave.from) + 4, 4);
      if (at > last) { g.fillText(text, at, stripTop + 1); last = at + g.measureText(text).width + 6; }
    }
  }
  function box(g, x, y, w, h, r) { g.beginPath(); if (g.roundRect && w > 4) g.roundRect(x, y, w, h, r); else g.rect(x, y, w, h); }
  listeners.push(what => { if (what === "chosen" && view.chosen >= 0 && bars.includes(subtasks[view.chosen]) && scroller?.clientWidth) reveal(subtasks[view.chosen]); redraw(); });
  return { make, size, redraw, draw: () => scroller && draw(), zoom: z => z ? setZoom(zoom * z) : setZoom(1), print: on => { printing = on; if (on) zoom = 1; size(); } };
})();
function zoomer(by, all) {
  return el("span.zoom", null, el("button", { type: "button", title: "Zoom out (-)", "aria-label": "Zoom out", onclick: () => by(1 / 1.6) }, "−"),
    el("button", { type: "button", title: "All of it (0)", onclick: all }, "Fit"), el("button", { type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => by(1.6) }, "+"));
}
