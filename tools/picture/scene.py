"""What there is to look at: moments of a run, and the address spaces at each of them.

A Moment is a checkpoint, the end of a run, or a dump; a Scene is one address space at a moment,
with all that is drawn of it. Built by run.py and dump.py; used by tree.py, page.py, the figures.
"""

from dataclasses import dataclass, field
from functools import cached_property

from picture import regions
from picture.cards import Cards
from picture.geometry import CONTROL, hex_text, size_text


@dataclass
class Scene:
    """One address space. name: "CR3", or what the lesson calls the root. before: the same space
    earlier (a Scene) and `since`, that moment's title."""
    name: str
    space: object
    before: object = None
    since: str = ""

    @cached_property
    def cards(self):
        return Cards(self.space, self.before and self.before.space)

    @cached_property
    def _scan(self):
        return regions.stretches(self.cards)

    @property
    def stretches(self):
        """Virtual memory, in the order of addresses."""
        return self._scan[0]

    @cached_property
    def pieces(self):
        """Physical memory, from low to high."""
        frames = [frame + page for frame in self.cards.by_frame
                  for page in range(0, self.space.mode.width << self.space.mode.levels[
                      self.cards.home[frame]].bits, 4096)]
        return regions.pieces(self.stretches, frames)

    def troubles(self):
        """Sentences about what cannot be drawn; usually none."""
        found, root = [], self.cards.by_frame[self.space.root]
        if root.missing:
            found.append(f"{self.name} names {hex_text(self.space.root)}, where no memory was "
                         "read: no address translates.")
        lost = [card for card in self.cards.by_frame.values() if card.missing and card is not root]
        if lost:
            what = f"{len(lost)} tables lie" if len(lost) > 1 else "1 table lies"
            found.append(f"{what} where no memory was read, the first at "
                         f"{hex_text(lost[0].frame)}; what they map is not shown.")
        if not self._scan[1]:
            found.append(f"Only the first {regions.MOST} stretches of memory are listed: tables "
                         "are shared so often that there are many more.")
        return found

    def headline(self):
        """The mode, the number of tables and what they map, in one line."""
        tables = sum(1 for card in self.cards.by_frame.values() if not card.missing)
        memory = sum(one.size for one in self.stretches if not one.loop)
        many = len([one for one in self.stretches if not one.loop])
        return (f"{self.space.mode.title}: {tables} table{'s' if tables != 1 else ''}"
                f" map {size_text(memory)} in {many} stretch{'es' if many != 1 else ''}")


@dataclass
class Moment:
    """A state of the machine. name: as checkpoints are called ("process_1", "guard_hit#2").

    source: (file, line, text, first line of the text) or None; texts: what the tour says."""
    name: str
    title: str
    registers: dict
    scenes: list = field(default_factory=list)
    source: tuple | None = None
    texts: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def switches(self):
        """[(register, name, on, words)] of the control bits that decide about paging."""
        return [(register, name, bool(self.registers.get(register, 0) >> bit & 1), words)
                for register, bit, name, words in CONTROL]

    def scene(self, name=None):
        """A scene by its name, else the first; None when there is none."""
        return next((scene for scene in self.scenes if name in (None, scene.name)), None)


def compare(moments):
    """Ties each scene to the same space at the moment before it where it was seen."""
    last = {}
    for moment in moments:
        for scene in moment.scenes:
            key = scene.space.mode.key, scene.space.root
            if key in last:
                scene.before, scene.since = last[key]
        for scene in moment.scenes:
            last[scene.space.mode.key, scene.space.root] = scene, moment.title
    return moments


@dataclass
class Picture:
    """All moments of one run or dump, and what stands above them."""
    title: str
    subtitle: str
    moments: list
    failed: list = field(default_factory=list)

    def last(self):
        """The moment a person most likely means: the last one with tables."""
        return next((m for m in reversed(self.moments) if m.scenes), self.moments[-1])

    def find(self, name):
        """The moment called `name`, or None."""
        return next((m for m in self.moments if m.name == name), None)
