// The address box: cuts an address into its fields, walks it, and says what came of it.
//
// Used by page.js; the walk itself is walk.js.
"use strict";

function hexText(value, digits = 8) {
  const wide = value >> 32n ? 16 : digits;
  return "0x" + value.toString(16).toUpperCase().padStart(wide, "0");
}

// The typed address as a number, or a sentence about what is wrong with it.
function readAddress(text, mode) {
  const clean = text.trim().replace(/[_`' ]/g, "").replace(/^0x/i, "");
  if (!/^[0-9a-f]+$/i.test(clean)) {
    return "This is no address: type hexadecimal digits, like 0x00403A10.";
  }
  const value = BigInt("0x" + clean);
  if (value >> (mode.vaBits === 32 ? 32n : 64n)) {
    return `An address has ${mode.vaBits === 32 ? 32 : 64} bits here, and this one is longer.`;
  }
  return value;
}

function drawFields(into, mode, va) {
  const digits = (value, count) => value.toString(2).padStart(count, "0");
  const boxes = [];
  const add = (name, value, bits, text) => boxes.push(make("div",
    {class: `f${boxes.length % 6}`, style: {"--bits": bits}},
    make("b", {text: `${name} ${value}`}), digits(text, bits)));
  if (mode.vaBits > 32) {
    const above = 64 - mode.vaBits, top = va >> BigInt(mode.vaBits);
    const good = isCanonical(mode, va) ? "copies of the top bit" : "not copies of the top bit";
    boxes.push(make("div", {class: "f5", style: {"--bits": above / 2}},
      make("b", {text: `bits 63:${mode.vaBits}`}), good, make("small", {text: digits(top, above)})));
  }
  for (const level of mode.levels) {
    const index = indexAt(level, va);
    add(`${level.table} index`, index, level.bits, index);
  }
  const shift = mode.levels[mode.levels.length - 1].shift;
  const offset = va & (1n << BigInt(shift)) - 1n;
  add("byte", hexText(offset, 3), shift, offset);
  into.replaceChildren(...boxes);
}

// The bits of an entry with what they say: names from entries.py.
function bitList(space, table, step) {
  const {level, entry} = step;
  if (!(entry & 1n)) return [["P", false, table.bits.P[2]]];
  const leaf = mapsPage(space, level, entry);
  let names = !leaf ? [...table.table] : level.shift === 12 ? [...table.page] : [...table.large];
  if (space.mode.key === "flat") names = ["P", "RW", "US", "A", "D"];
  else if (!level.rights) names = ["P", "PWT", "PCD"];
  else {
    if (!leaf && (level.large === "ps" || level.large === "pse" && space.on.pse)) names.push("PS");
    if (space.mode.width === 8 && space.on.nxe) names.push("XD");
  }
  return names.map((name) => {
    const [mask, yes, no] = table.bits[name];
    const on = Boolean(entry & BigInt("0x" + mask));
    return [name.replace("12", ""), on, on ? yes : no];
  });
}

function drawWalk(into, space, table, walked) {
  into.replaceChildren(...walked.steps.map((step) => {
    const item = make("li", {});
    const value = step.entry === null ? "no memory was read there"
      : "= " + hexText(step.entry, 2 * space.mode.width);
    item.append(make("span", {text: `${entryName(step)} at ${hexText(step.at)} ${value}`}));
    if (step.entry !== null) {
      for (const [name, on, words] of bitList(space, table, step)) {
        if (!on && !words) continue;
        item.append(make("span", {class: `bit${on ? "" : " off"}`, style: {display: "inline-block"}},
          make("b", {text: name}), make("span", {class: "sr", text: on ? " is 1:" : " is 0:"}), ` ${words}`));
      }
    }
    return item;
  }));
}

function errorWords(table, code) {
  const words = table.map(([bit, yes, no]) => code & bit ? yes : no);
  if (code & 8) words[0] = "";
  if (code & 16) words[1] = "";
  return words.filter(Boolean).join(", ");
}

function drawResult(into, space, table, walked, access, user) {
  const fault = faultOf(space, walked, access, user), lines = [];
  if (walked.end === "mapped") {
    const size = walked.size >= 1n << 30n ? `${walked.size >> 30n} GiB`
      : walked.size >= 1n << 20n ? `${walked.size >> 20n} MiB` : `${walked.size >> 10n} KiB`;
    const rights = [walked.write ? "writable" : "read-only", walked.user ? "user" : "supervisor only"];
    if (space.mode.width === 8 && space.on.nxe) rights.push(walked.execute ? "executable" : "not executable");
    lines.push(make("span", {text: `physical address ${hexText(walked.pa)}, in a page of ${size}`}),
      make("span", {text: `effective: ${rights.join(", ")}`}));
  }
  const verb = {read: "read", write: "write", fetch: "execute"}[access];
  const who = `${verb} from ring ${user ? 3 : 0}: `;
  if (!fault) lines.push(make("span", {class: "good", text: who + "done"}));
  else if (fault.vector === 13) {
    lines.push(make("span", {class: "bad",
      text: `${who}#GP(0), or #SS(0) through RSP or RBP: ${fault.why}`}));
  } else {
    lines.push(make("span", {class: "bad",
      text: `${who}#PF, error code 0x${fault.error.toString(16).toUpperCase()} `
        + `(${errorWords(table, fault.error)}): ${fault.why}`}));
  }
  into.replaceChildren(...lines);
}
