import logging

from rich.console import Console

console: Console

class LimitFilter(logging.Filter):
    _raised_messages: set[tuple[int, str]]
    _group_count: dict[tuple[int, str], int]
