"""Settings of the site. What the practice says stands in `content/`, not here."""

SITEURL = "https://www.example.com"  # where the site is published

PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
PLUGINS = ["practice"]  # named, so that no other plugin loads itself

TIMEZONE = "America/Los_Angeles"
DEFAULT_LANG = "en"
LOCALE = ["C"]  # the same output on every machine
