// The page: which checkpoint, which space, which address; everything else is drawn from that.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const now = {moment: 0, scene: 0, va: null, access: "read", user: false};
const open = new Set();                 // what was unfolded by hand
const spaces = new Map();               // scenes that can be walked
let lastColumns = null;

function moment() { return data.moments[now.moment]; }
function scene() { return moment().scenes[now.scene] || null; }

function walkable(one) {
  if (!spaces.has(one)) {
    spaces.set(one, makeSpace(data.modes[one.mode], one.cr3, one.on, readFrames(data.frames[one.frames]),
      data.pool));
  }
  return spaces.get(one);
}

function drawMoment() {
  const one = moment();
  byId("slider").value = now.moment;
  byId("slider").setAttribute("aria-valuetext", one.title);
  byId("where").textContent = `${now.moment + 1} of ${data.moments.length}: ${one.title}`;
  byId("previous").disabled = now.moment === 0;
  byId("next").disabled = now.moment === data.moments.length - 1;
  [...byId("stops").children].forEach((item, i) => {
    item.firstChild.toggleAttribute("aria-current", i === now.moment);
  });
  drawRegisters(one);
  byId("notes").replaceChildren(...one.notes.map((text) => make("p", {text})));
  drawStory(one);
}

function drawRegisters(one) {
  byId("registers").replaceChildren(...["cr3", "cr0", "cr4", "efer", "cr2"].filter((name) =>
    name in one.registers).map((name) => {
    const item = make("span", {}, `${name.toUpperCase()} ${one.registers[name]}`);
    if (name in one.was) item.append(" ", make("span", {class: "was", text: `was ${one.was[name]}`}));
    for (const [register, bit, on, words] of one.switches) {
      if (register === name) {
        item.append(make("span", {class: `chip${on ? " on" : ""}`, title: words, text: bit},
          make("span", {class: "sr", text: on ? " is on" : " is off"})));
      }
    }
    return item;
  }));
}

function drawStory(one) {
  const story = [];
  if (one.source) {
    const code = make("pre", {tabindex: "0", "aria-label": "source"});
    one.source.lines.forEach((text, i) => {
      const number = one.source.first + i;
      code.append(make("span", {class: number === one.source.line ? "here" : "",
        text: `${String(number).padStart(4)}  ${text}\n`}));
    });
    story.push(make("p", {text: `${one.source.file}:${one.source.line}`}), code);
  }
  for (const {text, try: attempts} of one.texts) {
    story.push(make("p", {text}));
    const list = make("dl");
    for (const [type, why] of attempts) list.append(make("dt", {text: type}), make("dd", {text: why}));
    story.push(list);
  }
  byId("story").replaceChildren(...story);
}

function drawScene() {
  const one = scene(), focus = document.activeElement?.dataset?.key;
  byId("spaces").replaceChildren(...(moment().scenes.length > 1 ? moment().scenes : []).map((s, i) =>
    make("button", {type: "button", "aria-pressed": String(i === now.scene), "data-key": `space ${s.name}`,
      text: `${s.name} ${s.root}`, click: () => { now.scene = i; draw(); }})));
  byId("map").hidden = byId("legend").hidden = !one;
  byId("address").hidden = !one;
  byId("headline").replaceChildren();
  if (!one) return;
  byId("headline").textContent = one.headline + (one.since ? `; changes since ${one.since}` : "");
  for (const text of one.troubles) byId("headline").append(make("span", {class: "trouble", text, style: {display: "block"}}));
  const space = walkable(one);
  const walked = now.va === null ? null : walk(space, now.va);
  drawAddress(space, walked);
  drawMap(one, space, walked);
  if (focus) document.querySelector(`[data-key="${focus}"]`)?.focus({preventScroll: true});
}

function drawAddress(space, walked) {
  for (const id of ["fields", "walk", "result"]) byId(id).replaceChildren();
  if (!walked) return;
  drawFields(byId("fields"), space.mode, now.va);
  drawWalk(byId("walk"), space, data.bits, walked);
  drawResult(byId("result"), space, data.errorWords, walked, now.access, now.user);
}

function drawMap(one, space, walked) {
  const path = new Map();
  for (const step of walked ? walked.steps : []) {
    path.set(hexText(step.at - BigInt(step.index * space.mode.width)), step.index);
  }
  const levels = one.levels.map((cards) => cards.map((number) => data.cards[number]));
  const pick = (va) => { if (va !== null) ask(va); else draw(); };
  drawTables(byId("tables"), levels, one.hidden, path, pick, open);
  lastColumns = [levels, path];
  const pa = walked && walked.end === "mapped" ? walked.pa : null;
  drawStrip(byId("virtual"), one.virtual, (item) => virtualPiece(item, now.va, pick), "virtual", open, draw);
  drawStrip(byId("physical"), one.physical, (item) => physicalPiece(item, pa, pick), "physical", open, draw);
}

function draw() {
  drawMoment();
  drawScene();
  const where = new URLSearchParams({stop: moment().name});
  if (scene()) where.set("space", scene().name);
  if (now.va !== null) where.set("va", hexText(now.va));
  history.replaceState(null, "", "#" + where);
}

function ask(va) {
  now.va = va;
  byId("va").value = hexText(va, scene() ? data.modes[scene().mode].digits : 8);
  byId("complaint").textContent = "";
  draw();
}

function submit(event) {
  event?.preventDefault();
  now.access = byId("access").value;
  now.user = byId("ring").value === "3";
  const text = byId("va").value;
  if (!text.trim()) { now.va = null; byId("complaint").textContent = ""; draw(); return; }
  const va = readAddress(text, data.modes[scene().mode]);
  if (typeof va === "string") { byId("complaint").textContent = va; return; }
  ask(va);
}

function go(number) {
  if (number < 0 || number >= data.moments.length) return;
  const name = scene()?.name, before = scene()?.mode;
  now.moment = number;
  now.scene = Math.max(0, moment().scenes.findIndex((one) => one.name === name));
  if (scene() && now.va !== null && before && data.modes[scene().mode].vaBits !== data.modes[before].vaBits
    && now.va >> 32n) { now.va = null; byId("va").value = ""; }
  draw();
}

// Where to begin: what the link names, else what page.py was asked to open.
function arrive() {
  const link = new URLSearchParams(location.hash.slice(1));
  const stop = link.get("stop") || data.start.stop, space = link.get("space") || data.start.scene;
  const va = link.get("va") || data.start.va;
  now.moment = Math.max(0, data.moments.findIndex((one) => one.name === stop));
  now.scene = Math.max(0, moment().scenes.findIndex((one) => one.name === space));
  const asked = va && scene() ? readAddress(va, data.modes[scene().mode]) : null;
  if (typeof asked === "bigint") ask(asked); else draw();
}

function drawFailed() {
  if (!data.failed.length) return;
  byId("failed").append(make("p", {text: "What failed, and where it shows:"}), ...data.failed.map((one) => {
    const text = `${one.code} ${one.title}: ${one.why}`;
    if (!one.at) return make("p", {text});
    return make("button", {type: "button", text, click: () => {
      location.hash = "#" + new URLSearchParams({stop: one.at.stop, space: one.at.space,
        va: one.at.va || ""});
    }});
  }));
}

function keys(event) {
  const typing = event.target.closest("input:not([type=range]), select, textarea");
  if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (step) { event.preventDefault(); go(now.moment + step); }
}

function legend() {
  const swatch = (name, text) => make("span", {}, make("i", {class: name}), text);
  byId("legend").append(
    swatch("kr", "kernel, read-only"), swatch("kw", "kernel, writable"), swatch("ur", "user, read-only"),
    swatch("uw", "user, writable"), swatch("table", "tables"), swatch("loop", "a table seen again"),
    make("p", {text: "W writable, U user, X executable: effective, along the whole path. A accessed, D dirty, "
      + "G global: this entry's own. Dashed: only part of the run, or of the ways here. Struck out: this entry "
      + "grants it, a level above does not. Double edge: never executed. Heights grow with the logarithm of "
      + "the size. A=B: the same frames seen twice. Keys: ← → step through the checkpoints."}));
}

function begin() {
  byId("subtitle").textContent = data.subtitle;
  byId("slider").max = data.moments.length - 1;
  byId("stops").append(...data.moments.map((one, i) =>
    make("li", {}, make("button", {type: "button", text: one.title, click: () => go(i)}))));
  byId("slider").addEventListener("input", () => go(Number(byId("slider").value)));
  byId("previous").addEventListener("click", () => go(now.moment - 1));
  byId("next").addEventListener("click", () => go(now.moment + 1));
  byId("ask").addEventListener("submit", submit);
  byId("access").addEventListener("change", submit);
  byId("ring").addEventListener("change", submit);
  document.addEventListener("keydown", keys);
  window.addEventListener("hashchange", arrive);
  window.addEventListener("resize", () => lastColumns && drawArrows(byId("tables"), ...lastColumns));
  drawFailed();
  legend();
  document.querySelector("main").hidden = false;
  arrive();
}

begin();
