"""Settings that differ when the site goes live. `uv run inv publish --init` writes them."""

from pelicanconf import *  # noqa: F403  # all that is not said here stays as it is
