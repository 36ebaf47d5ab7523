"""One file of the content folder: its front matter, Markdown, callouts and models."""
