"""Every value that an entry of a paging structure takes while the guest is single-stepped.

Used by collector.py where [collect] step has a key `watch`. It writes down and judges nothing.
"""
from grader.collect import tables
from grader.formats import evidence


class Watch:
    """The last-level entries on the way to some virtual addresses, read after each instruction."""

    def __init__(self, bench, state, mode, root, addresses):
        self.bench, self.state = bench, state
        self.entries, self.places, self.width = [], [], tables.GEOMETRY[mode][0]
        levels = len(tables.GEOMETRY[mode][2])
        for va in addresses:
            _, path = tables.walk(mode, root, state.cr4, va, self._read)
            entry = {"va": evidence.number(va), "values": []}
            if len(path) == levels:
                entry["at"] = evidence.number(path[-1][0])
                self.places.append((path[-1][0], entry["values"]))
            self.entries.append(entry)
        self.look()

    def _read(self, pa, size):
        return self.bench.read([(pa, size)], self.state)[0]

    def look(self):
        """Write down what has changed."""
        found = self.bench.read([(at, self.width) for at, _ in self.places], None)
        for (_, values), data in zip(self.places, found):
            value = evidence.number(int.from_bytes(data, "little"))
            if values[-1:] != [value]:
                values.append(value)
