"""Services that know nothing of content: processes, cache, output folder, time limits."""
