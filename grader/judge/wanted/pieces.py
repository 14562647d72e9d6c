"""A range of memory cut into the largest pages that fit, as map_range of lesson 12 must do it.

Used by sets.py for rows with the key `largest`. Data in, data out.
"""

SIZES = (1 << 30, 1 << 21, 1 << 12)


def largest_pages(va, pa, size, largest):
    """[(va, pa, bytes, page size)]: at each address the largest page, up to `largest` bytes, that
    starts at a multiple of its size in both spaces and does not reach past the end."""
    found, end = [], va + size
    while va < end:
        page = next((page for page in SIZES
                     if page <= min(largest, end - va) and not (va | pa) % page), SIZES[-1])
        # The same size goes on to where a larger page could begin, and not past the end.
        larger = next((bigger for bigger in reversed(SIZES) if page < bigger <= largest), None)
        stop = end - (end - va) % page
        if larger and not (va ^ pa) % larger:
            stop = min(stop, -(-(va + 1) // larger) * larger)
        found.append((va, pa, stop - va, page))
        va, pa = stop, pa + stop - va
    return found
