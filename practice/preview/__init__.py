"""The live preview: the site as a build would write it now, with a bar for editors.

``live`` keeps the site in memory and renders a page on request. ``server`` serves it to the
browser, and ``guard`` protects it. ``bar`` provides the data of the editor's bar,
and ``start`` opens the port and the browser.
"""
