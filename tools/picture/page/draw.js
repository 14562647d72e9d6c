// Draws one space: the two strips of memory, the cards of its tables, the arrows between them.
//
// Used by page.js. What is drawn was computed by page.py; nothing here reads a table.
"use strict";

const CARDS_SHOWN = 10, CARDS_NARROW = 3, ROWS_SHOWN = 14, PIECES_SHOWN = 60;
const FLAG_NAMES = ["writable", "user", "executable", "accessed", "dirty", "global"];
const STATE_WORDS = {"1": "", "p": " in part", "b": " here, but not on the way"};

// Makes an element: make("b", {class: "x", text: "y"}, child, …).
function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (key === "text") node.textContent = value;
    else if (key === "click") node.addEventListener("click", value);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function flagWords(flags) {
  return [...flags].map((state, i) => state in STATE_WORDS ? FLAG_NAMES[i] + STATE_WORDS[state] : "")
    .filter(Boolean).join(", ");
}

// aged: A or D are not what they were at the stop this one is compared with.
function flagChips(flags, aged) {
  const chips = make("span", {class: `flags${aged ? " aged" : ""}`, "aria-hidden": "true"});
  [...flags].forEach((state, i) => {
    if (state !== "-") chips.append(make("i", {class: `s${state}`, text: "WUXADG"[i]}));
  });
  return chips;
}

// Which colour an entry has: by the right to write and to use it, as the strips have.
function rowClass(row) {
  if (row.kind !== "page") return row.kind;
  const has = (i) => "1p".includes(row.flags[i]);
  return (has(1) ? "u" : "k") + (has(0) ? "w" : "r");
}

// All entries of a table as one bar; narrow runs are widened so that they can be seen.
function barcode(card) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${card.entries} 8`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const row of card.rows) {
    if (row.kind === "absent") continue;
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const least = card.entries / 130;
    bar.setAttribute("x", Math.min(row.first, card.entries - least));
    bar.setAttribute("width", Math.max(row.count, least));
    bar.setAttribute("height", 8);
    bar.setAttribute("class", rowClass(row));
    bar.style.fill = row.changed ? "var(--walk)" : "var(--fill)";
    svg.append(bar);
  }
  return svg;
}

function numbers(row) {
  return row.count > 1 ? `${row.first}–${row.first + row.count - 1}` : String(row.first);
}

function drawRow(card, row, here, pick) {
  const words = flagWords(row.flags);
  const note = [row.cache, row.was].filter(Boolean).join(", ");
  const aged = row.aged ? `A or D changed${row.count > 1 ? ` in ${row.aged}` : ""}` : "";
  const label = [`${card.table} ${numbers(row)}: ${row.full}`, words, note, aged].filter(Boolean).join("; ");
  return make("li", {},
    make("button", {
      type: "button", "aria-label": label, title: label, "data-key": `${card.frame} ${row.first}`,
      class: `${rowClass(row)}${row.changed ? " changed" : ""}${here ? " path" : ""}`,
      "aria-current": here ? "step" : null, click: () => pick(BigInt(row.va)),
    },
    make("span", {class: "num", text: numbers(row)}), make("span", {class: "to", text: row.text}),
    row.flags === "------" ? null : flagChips(row.flags, row.aged),
    note ? make("span", {class: "note", text: note}) : null));
}

// The rows of a card; long ones keep what matters and fold the rest until asked.
function drawRows(card, index, pick, open) {
  const list = make("ol", {class: "rows"});
  const isHere = (row) => index !== null && row.first <= index && index < row.first + row.count;
  const key = `rows ${card.frame}`;
  const keep = (row, i) => open.has(key) || i < ROWS_SHOWN || isHere(row) || row.changed && i < 200;
  let hidden = 0;
  const flush = () => {
    if (!hidden) return;
    list.append(make("li", {}, make("button", {
      type: "button", class: "more", text: `… ${hidden} more rows`, "data-key": key,
      click: () => { open.add(key); pick(null); },
    })));
    hidden = 0;
  };
  card.rows.forEach((row, i) => {
    if (keep(row, i)) { flush(); list.append(drawRow(card, row, isHere(row), pick)); } else hidden++;
  });
  flush();
  if (card.cut) list.append(make("li", {class: "from", text: `${card.cut} more rows, not in this page`}));
  return list;
}

function drawCard(card, path, pick, open) {
  const index = path.has(card.frame) ? path.get(card.frame) : null;
  const from = card.ways.map(([frame, , name]) => `${name} @ ${frame}`);
  const box = make("section", {
    class: `card${index !== null ? " path" : ""}`, "data-frame": card.frame,
    "aria-label": `${card.table} at ${card.frame}`,
  },
  make("h3", {}, `${card.table} `, make("span", {text: `@ ${card.frame}`}),
    card.new ? make("span", {class: "was", text: "new table"}) : null));
  if (from.length) {
    const more = from.length > 2 ? ` and ${from.length - 1} more` : "";
    box.append(make("p", {class: "from", title: from.join(", "),
      text: `from ${from.length > 2 ? from[0] + more : from.join(" and ")}`}));
  }
  if (card.missing) box.append(make("p", {class: "trouble", text: "No memory was read here."}));
  else box.append(barcode(card), drawRows(card, index, pick, open));
  return box;
}

// The columns: a level each, cards on the walk always among those shown.
function drawTables(into, levels, hidden, path, pick, open) {
  const columns = make("div", {id: "columns"});
  columns.style.setProperty("--wide", levels.filter((cards) => cards.length).length > 3 ? "13rem" : "18rem");
  const most = matchMedia("(max-width: 899px)").matches ? CARDS_NARROW : CARDS_SHOWN;
  levels.forEach((cards, depth) => {
    if (!cards.length && !hidden[depth]) return;
    const key = `cards ${depth}`;
    const shown = cards.filter((card, i) => open.has(key) || i < most || path.has(card.frame));
    const column = make("div", {class: "column"}, ...shown.map((card) => drawCard(card, path, pick, open)));
    if (shown.length < cards.length) {
      column.append(make("button", {
        type: "button", class: "more", text: `… ${cards.length - shown.length} more tables`, "data-key": key,
        click: () => { open.add(key); pick(null); },
      }));
    }
    if (hidden[depth]) {
      column.append(make("p", {class: "from", text: `${hidden[depth]} more tables, not in this page`}));
    }
    columns.append(column);
  });
  into.replaceChildren(columns);
  drawArrows(into, levels, path);
}

function drawArrows(into, levels, path) {
  into.querySelector("#arrows")?.remove();
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.id = "arrows";
  svg.setAttribute("aria-hidden", "true");
  const columns = into.querySelector("#columns"), zero = columns.getBoundingClientRect();
  svg.setAttribute("width", columns.scrollWidth);
  svg.setAttribute("height", columns.scrollHeight);
  for (const card of levels.flat()) {
    for (const row of card.rows) {
      if (row.target) arrow(svg, into, zero, card, row, path);
    }
  }
  into.append(svg);
}

function arrow(svg, into, zero, card, row, path) {
  const start = into.querySelector(`[data-key="${card.frame} ${row.first}"]`);
  const end = into.querySelector(`[data-frame="${row.target}"] h3`);
  if (!start || !end) return;
  const a = start.getBoundingClientRect(), b = end.getBoundingClientRect();
  const x1 = a.right - zero.left, y1 = a.top + a.height / 2 - zero.top;
  const y2 = b.top + b.height / 2 - zero.top;
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  if (row.kind === "loop") {
    const x2 = b.right - zero.left;
    line.setAttribute("d", `M${x1},${y1} C${x1 + 30},${y1} ${x2 + 30},${y2} ${x2},${y2}`);
    line.setAttribute("class", "loop");
  } else {
    const x2 = b.left - zero.left - 5, middle = (x1 + x2) / 2;
    line.setAttribute("d", `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`);
    const index = path.get(card.frame);
    const here = path.has(row.target) && row.first <= index && index < row.first + row.count;
    line.setAttribute("class", here ? "path" : "");
  }
  svg.append(line);
}

// Heights grow with the logarithm of the size: 4 KiB stays visible beside 4 GiB.
function tall(size) {
  return Math.round(16 + 3 * Math.max(0, Math.log2(size / 4096)));
}

function drawStrip(into, items, one, key, open, redraw) {
  const shown = open.has(key) ? items : items.slice(0, PIECES_SHOWN);
  into.replaceChildren(...shown.map((item) => item.gap
    ? make("li", {class: "gap", text: item.wide ? item.gap : `${item.gap} unmapped`})
    : make("li", {}, one(item))));
  if (shown.length < items.length) {
    into.append(make("li", {}, make("button", {
      type: "button", class: "more", text: `… ${items.length - shown.length} more`,
      click: () => { open.add(key); redraw(); },
    })));
  }
}

function virtualPiece(item, va, pick) {
  const start = BigInt(item.va), picked = va !== null && va >= start && va < start + BigInt(item.size);
  return make("button", {
    type: "button", class: `${item.class}${picked ? " picked" : ""}`, style: {"--tall": tall(item.size)},
    title: `${item.words}, to ${item.pa}`, "data-key": `v ${item.va}`, click: () => pick(start),
    "aria-label": `${item.letter}: ${item.va}, ${item.text}, ${item.words}, to physical ${item.pa}`,
  }, `${item.class === "loop" ? "↺" : item.letter} ${item.text}`, make("small", {text: item.va}));
}

function physicalPiece(item, pa, pick) {
  const start = BigInt(item.pa), picked = pa !== null && pa >= start && pa < start + BigInt(item.size);
  const tables = item.tables ? `${item.tables} table${item.tables > 1 ? "s" : ""}` : "";
  const many = item.letters.length > 6 ? `${item.letters.slice(0, 5).join("=")}=… (${item.letters.length})`
    : item.letters.join("=");
  const words = [many, tables].filter(Boolean).join(" ");
  const colours = item.classes.map((name) => `var(--${name.split(" ")[0]})`);
  const parts = [...new Set(colours.slice(0, 4)), ...(item.tables ? ["var(--table)"] : [])];
  const fill = parts.length > 1 ? `linear-gradient(90deg, ${parts.map((c, i, all) =>
    `${c} ${100 * i / all.length}% ${100 * (i + 1) / all.length}%`).join(",")})` : parts[0];
  return make("button", {
    type: "button", class: picked ? "picked" : "", title: words, "data-key": `p ${item.pa}`,
    style: {"--tall": tall(item.size), "--fill": fill},
    "aria-label": `physical ${item.pa}, ${item.text}: ${words}`,
    click: () => pick(item.vas.length ? BigInt(item.vas[0]) : null),
  }, `${many} ${item.text}`, tables ? make("small", {text: `${tables} in it`}) : null,
  make("small", {text: item.pa}));
}
