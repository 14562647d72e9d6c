"""What goes into the page: once each, bounded, and nothing from outside."""

import json
import re
import struct

import view_examples
from fake import Memory
from picture import page
from picture.scene import Picture


def data(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])


def test_garbage_read_as_tables_does_not_flood_the_page():
    memory, pages = Memory(), 60
    root = memory.table()
    for index in range(pages):
        at = memory.table()
        memory.pages[at] = bytearray(struct.pack("<1024I", *(
            (index * 7919 + i * 104729) << 12 & 0xFFFFFFFF | i % 8 for i in range(1024))))
        memory.put(root + 4 * index, at | 7)
    moment = view_examples.moment("garbage", view_examples.PLAIN, root, memory)
    held = data(page.html(Picture("t", "s", [moment])))
    scene = held["moments"][0]["scenes"][0]
    rows = sum(len(held["cards"][number]["rows"]) for level in scene["levels"]
               for number in level)
    assert rows <= page.MOST_ROWS and scene["hidden"][1] > 50
    assert "more, not in this page" in scene["virtual"][-1]["gap"]
    assert held["frames"][scene["frames"]] == "400000:0*61"     # and every table can be walked


def test_tables_that_do_not_change_are_stored_once():
    one = view_examples.flat_identity()
    single = page.html(Picture("t", "s", [one]))
    many = page.html(Picture("t", "s", [one] * 20))
    assert len(data(many)["pool"]) == len(data(single)["pool"])
    assert len(data(many)["cards"]) == len(data(single)["cards"])


def test_text_from_a_lesson_cannot_end_the_script():
    moment = view_examples.five_levels()
    moment.notes.append("</script><b>@DATA@")
    text = page.html(Picture("<t> & @SCRIPT@", "s", [moment]))
    assert text.count("</script>") == 2
    assert data(text)["moments"][0]["notes"] == ["</script><b>@DATA@"]


def test_nothing_is_fetched():
    text = page.html(view_examples.picture())
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
