"""The generator that kernel, collector and judge share (CONTRACT.md, section 2).

Used by the judge to draw again what the guest drew: a guest that changed a question is seen.
Must not know about lessons or emulators.
"""

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
FACTOR_1, FACTOR_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def finish(value):
    """Scramble one 64-bit number; a bijection (splitmix64's finaliser)."""
    value &= MASK
    value = ((value ^ value >> 30) * FACTOR_1) & MASK
    value = ((value ^ value >> 27) * FACTOR_2) & MASK
    return value ^ value >> 31


def mix(seed, stops):
    """State of the generator after `stops` checkpoints were passed."""
    return finish(seed + stops * STEP)


class Generator:
    """The stream that starts in `state`; draws happen in the order of the calls."""

    def __init__(self, state):
        self.state = state & MASK

    def next(self):
        """The next 64-bit number."""
        self.state = (self.state + STEP) & MASK
        return finish(self.state)

    def below(self, limit):
        """A number in [0, limit); one draw. Precondition: 0 < limit < 2^32."""
        if not 0 < limit < 1 << 32:
            raise ValueError(f"below({limit}): the limit must lie between 1 and 2^32 - 1")
        return (self.next() >> 32) * limit >> 32
