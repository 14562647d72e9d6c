"""Colours of the figures, light and dark. Contrast is tested (WCAG AA): text on its own fill,
and on the page. The paper is part of a picture, so a dark picture is legible on a light page."""

PAPER, INK, QUIET = 0, 1, 2

#            paper      ink        quiet ink
GROUND = {
    "light": ("#fbfaf4", "#1c1c1a", "#5a5850"),
    "dark": ("#1d1e20", "#ececea", "#b3b0a8"),
}

# kind of field: fill, edge, text on it
FIELDS = {
    "light": {
        "index0": ("#f6dfe0", "#c9394c", "#9d2135"),
        "index1": ("#e9e2f0", "#7a5aa6", "#5b3c89"),
        "index2": ("#dce8f0", "#2a6f97", "#1a5274"),
        "index3": ("#dfecd4", "#3f7d1f", "#2c5c12"),
        "index4": ("#f8e7cc", "#b86e00", "#7d4a00"),
        "offset": ("#e8e5df", "#77746c", "#46443e"),
        "sign": ("#f1ebdc", "#b9ae92", "#5d5646"),
        "address": ("#dce8f0", "#2a6f97", "#1a5274"),
        "table": ("#e9e2f0", "#7a5aa6", "#5b3c89"),
        "flag": ("#ffffff", "#77746c", "#1c1c1a"),
        "must": ("#d8d4ca", "#77746c", "#3a3832"),
        "free": ("#f5f1e6", "#c4bba3", "#5d5646"),
    },
    "dark": {
        "index0": ("#4a2228", "#e0707f", "#ffc9cf"),
        "index1": ("#382c4a", "#a98bd6", "#dccdf5"),
        "index2": ("#1d3a4d", "#5ea5cf", "#c3e2f5"),
        "index3": ("#273d1a", "#7fb85c", "#cfeabc"),
        "index4": ("#4a3410", "#d99a3c", "#ffdfae"),
        "offset": ("#3a3936", "#96938b", "#e4e1da"),
        "sign": ("#332f26", "#7d7560", "#d8d0bd"),
        "address": ("#1d3a4d", "#5ea5cf", "#c3e2f5"),
        "table": ("#382c4a", "#a98bd6", "#dccdf5"),
        "flag": ("#292a2d", "#96938b", "#ececea"),
        "must": ("#47443d", "#96938b", "#efece4"),
        "free": ("#26251f", "#6d6653", "#d8d0bd"),
    },
}


def _rules(scheme):
    paper, ink, quiet = GROUND[scheme]
    yield f".paper{{fill:{paper}}}text{{fill:{ink}}}.quiet{{fill:{quiet}}}"
    yield f".line{{stroke:{quiet}}}.tip{{fill:{quiet}}}"
    for kind, (fill, edge, text) in FIELDS[scheme].items():
        yield f"rect.{kind}{{fill:{fill};stroke:{edge}}}text.{kind}{{fill:{text}}}"
        yield f".curve.{kind}{{stroke:{edge}}}"


def style():
    """The style sheet of every figure."""
    light, dark = "".join(_rules("light")), "".join(_rules("dark"))
    return ('text{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}'
            ".line,.curve{fill:none;stroke-width:2}"
            f"{light}@media(prefers-color-scheme:dark){{{dark}}}")
