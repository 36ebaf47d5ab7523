from abc import ABCMeta, abstractmethod
from typing import Any, ClassVar
from xml.etree.ElementTree import Element

from pymdownx.blocks import BlocksProcessor

class Block(metaclass=ABCMeta):
    NAME: ClassVar[str]
    def __init__(
        self, length: int, tracker: Any, block_mgr: BlocksProcessor, config: Any
    ) -> None: ...
    @abstractmethod
    def on_create(self, parent: Element) -> Element: ...
    def on_markdown(self) -> str: ...
