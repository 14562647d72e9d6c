// Answers one JSON line per generated space: the page's walk of each address. Run by
// tests/unit/tools/picture/test_walk.py under Node.
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {runInThisContext} from "node:vm";

runInThisContext(readFileSync(new URL("../../tools/picture/page/walk.js", import.meta.url), "utf8"));

const hex = (value) => "0x" + value.toString(16);

function answer(space, va) {
  const w = walk(space, va), mapped = w.end === "mapped", faults = [];
  for (const user of [false, true]) {
    for (const access of ["read", "write", "fetch"]) {
      const fault = faultOf(space, w, access, user);
      faults.push(fault && [fault.vector, fault.error, fault.why]);
    }
  }
  return {
    end: w.end, pa: mapped ? hex(w.pa) : null, size: mapped ? Number(w.size) : 0, faults,
    rights: mapped ? (w.write ? "W" : "") + (w.user ? "U" : "") + (w.execute ? "X" : "") : null,
    steps: w.steps.map((s) => [s.index, hex(s.at), s.entry === null ? null : hex(s.entry)]),
  };
}

for await (const line of createInterface({input: process.stdin})) {
  const {mode, cr3, on, frames, pool, addresses} = JSON.parse(line);
  const space = makeSpace(mode, cr3, on, readFrames(frames), pool);
  console.log(JSON.stringify(addresses.map((va) => answer(space, BigInt(va)))));
}
