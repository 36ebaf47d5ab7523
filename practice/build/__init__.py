"""A build, step by step: settings, checks, Pelican, jobs, checks of the pages, folder exchange."""
