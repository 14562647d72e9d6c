// The page's own walk: an address in, every entry on the way out, and what an access would do.
//
// Used by address.js; tests run it in Node and hold it against the grader's walk. Written from the
// SDM volume 3A, chapter "Paging". It reads the tables as pool.py wrote them and draws nothing.
"use strict";

const PAGE = 4096n;
const field = (high, low) => high < low ? 0n : (1n << BigInt(high + 1)) - (1n << BigInt(low));
const PRESENT = field(0, 0), LARGE = field(7, 7), NO_EXECUTE = field(63, 63);

// One page of entries from its text (pool.py).
function readPage(text) {
  const entries = [];
  for (const word of text.split(" ")) {
    const [, first, step, times] = /^([0-9a-f]+)(?:\+([0-9a-f]+))?(?:\*(\d+))?$/.exec(word);
    let value = BigInt("0x" + first);
    const grow = step ? BigInt("0x" + step) : 0n;
    for (let i = Number(times || 1); i > 0; i--, value += grow) entries.push(value);
  }
  return entries;
}

// Which text each frame of tables has (pool.py, frames).
function readFrames(text) {
  const found = new Map();
  for (const word of text ? text.split(" ") : []) {
    const [, frame, number, how, times] = /^([0-9a-f]+):(\d+)(?:([*~])(\d+))?$/.exec(word);
    for (let i = 0; i < Number(times || 1); i++) {
      found.set(BigInt("0x" + frame) + PAGE * BigInt(i), Number(number) + (how === "*" ? i : 0));
    }
  }
  return found;
}

// A space that can be walked: {mode, cr3, on} with on = {pse, nxe, wp, smep, smap, ac, maxphyaddr}.
function makeSpace(mode, cr3, on, frames, pool) {
  const pages = new Map();
  const page = (frame) => {
    if (!frames.has(frame)) return null;
    const number = frames.get(frame);
    if (!pages.has(number)) pages.set(number, readPage(pool[number]));
    return pages.get(number);
  };
  return {mode, on, root: BigInt(cr3) & BigInt(mode.rootMask), page};
}

function isCanonical(mode, va) {
  if (mode.vaBits === 32) return va >> 32n === 0n;
  const top = va >> BigInt(mode.vaBits - 1);
  return top === 0n || top === field(64 - mode.vaBits, 0);
}

function indexAt(level, va) {
  return Number(va >> BigInt(level.shift) & field(level.bits - 1, 0));
}

function mapsPage(space, level, entry) {
  if (level.large === "always") return true;
  if (level.large === "never" || !(entry & LARGE)) return false;
  return level.large === "ps" || space.on.pse;
}

function reservedBits(space, level, entry) {
  const {key, width} = space.mode, leaf = mapsPage(space, level, entry);
  const phys = space.on.maxphyaddr;
  if (key === "flat") return 0n;
  if (width === 4) {
    // PSE-36: bits 20:13 are address bits 39:32 as far as the CPU has them; 21 is always reserved.
    return leaf && level.shift === 22 ? entry & field(21, Math.min(phys, 40) - 19) : 0n;
  }
  if (!level.rights) return entry & (field(2, 1) | field(8, 5) | field(63, phys));
  let wrong = field(51, phys);
  if (key === "pae") wrong |= field(62, 52);
  if (!space.on.nxe) wrong |= NO_EXECUTE;
  if (!leaf && level.large === "never") wrong |= LARGE;
  if (leaf && level.shift > 12) wrong |= field(level.shift - 1, 13);
  return entry & wrong;
}

function leadsTo(space, level, entry) {
  const leaf = mapsPage(space, level, entry);
  if (space.mode.width === 4 && leaf && level.shift === 22) {
    return entry & field(31, 22) | (entry & field(20, 13)) << 19n;
  }
  return entry & field(space.mode.width === 4 ? 31 : 51, leaf ? level.shift : 12);
}

// {va, steps: [{level, index, at, entry}], end, pa, size, write, user, execute, reserved}
function walk(space, va) {
  const result = {va, steps: [], end: "noncanonical", write: true, user: true, execute: true};
  if (!isCanonical(space.mode, va)) return result;
  let table = space.root;
  for (const level of space.mode.levels) {
    const index = indexAt(level, va);
    const at = table + BigInt(index * space.mode.width);
    const page = space.page(at - at % PAGE);
    const entry = page ? page[Number(at % PAGE) / space.mode.width] : null;
    result.steps.push({level, index, at, entry});
    if (entry === null) return {...result, end: "outside"};
    if (!(entry & PRESENT)) return {...result, end: "not_present"};
    const reserved = reservedBits(space, level, entry);
    if (reserved) return {...result, end: "reserved", reserved};
    if (level.rights) {
      result.write &&= Boolean(entry & 2n);
      result.user &&= Boolean(entry & 4n);
      result.execute &&= !(space.mode.width === 8 && space.on.nxe && entry & NO_EXECUTE);
    }
    table = leadsTo(space, level, entry);
    if (mapsPage(space, level, entry)) {
      const size = 1n << BigInt(level.shift);
      return {...result, end: "mapped", size, pa: table + va % size};
    }
  }
  throw new Error("the last level always maps a page");
}

function entryName(step) {
  const {level, index} = step;
  const shown = level.bits > 10 ? "0x" + index.toString(16).toUpperCase() : index;
  return `${level.entry}[${shown}]`;
}

// null, or {vector, error, why}: what a read, write or fetch from ring 0 or 3 raises.
function faultOf(space, w, access, user) {
  const {on} = space, fetch = access === "fetch", write = access === "write";
  const marksFetch = fetch && (on.smep || space.mode.width === 8 && on.nxe);
  const error = (write ? 2 : 0) | (user ? 4 : 0) | (marksFetch ? 16 : 0);
  if (w.end === "noncanonical") {
    return {vector: 13, error: 0, why: "not a canonical address: the tables are never asked"};
  }
  if (w.end === "outside") {
    return {vector: 14, error, why: "the table lies where no memory was read"};
  }
  const name = entryName(w.steps[w.steps.length - 1]);
  if (w.end === "not_present") return {vector: 14, error, why: `${name} is not present`};
  if (w.end === "reserved") {
    const bits = w.reserved.toString(16).toUpperCase();
    return {vector: 14, error: error | 9, why: `${name} has reserved bits set: 0x${bits}`};
  }
  const why = refusal(on, w, write, fetch, user);
  return why ? {vector: 14, error: error | 1, why} : null;
}

function refusal(on, w, write, fetch, user) {
  if (user && !w.user) return "the page is the supervisor's: U/S is 0 on the way";
  if (fetch && !w.execute) return "the page must not be executed: XD is set on the way";
  if (!user && w.user && fetch && on.smep) {
    return "CR4.SMEP: ring 0 must not execute a user page";
  }
  if (!user && w.user && !fetch && on.smap && !on.ac) {
    return "CR4.SMAP: ring 0 must not touch a user page";
  }
  if (write && !w.write && (user || on.wp)) return "the page is read-only: R/W is 0 on the way";
  return "";
}
