"""A build, step by step: settings, checks, Pelican, checks of the pages, exchange of folders."""
