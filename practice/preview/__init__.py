"""The live preview: the site as a build would write it now, with an editor's bar at its foot.

``live`` keeps a practice in memory and renders one page when it is asked for; ``server`` shows
it in a browser and guards it; ``bar`` says what an editor wants to know of a page.
"""
