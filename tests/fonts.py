"""Fonts made for tests, of one letter or more."""

from __future__ import annotations

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont


def font(*, weight=400, italic=False, variable=False, rights=0, letters="\u2605", flavor=None):
    """A font whose letters are squares.

    ``rights`` is the value of `fsType`; ``flavor`` is "woff2", or None for TTF.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    names = {ord(letter): f"letter{number}" for number, letter in enumerate(letters)}
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    builder.setupHorizontalHeader(ascent=950, descent=-250)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupOS2(
        usWeightClass=weight, fsType=rights, sTypoAscender=950, sTypoDescender=-250, sTypoLineGap=0
    )
    builder.setupPost()
    builder.updateHead(macStyle=0b10 if italic else 0, created=0, modified=0)
    if variable:
        builder.setupFvar([("wght", 200, 400, 900, "Weight")], [])
    buffer = io.BytesIO()
    builder.save(buffer)
    if not flavor:
        return buffer.getvalue()
    made = TTFont(io.BytesIO(buffer.getvalue()), recalcTimestamp=False)
    made.flavor = flavor
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()
