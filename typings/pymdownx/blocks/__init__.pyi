from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from pymdownx.blocks.block import Block

class BlockEntry:
    hungry: bool
    def __init__(self, block: Block, el: Element, parent: Element) -> None: ...

class BlocksProcessor(BlockProcessor):
    stack: list[BlockEntry]
    def __init__(self, parser: BlockParser, md: Markdown) -> None: ...
    def register(self, b: type[Block], config: dict[str, Any]) -> None: ...

class BlocksExtension(Extension):
    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None: ...
