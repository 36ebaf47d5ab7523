from typing import Any, BinaryIO

class TTFont:
    flavor: str | None

    def __init__(
        self,
        file: BinaryIO | None = None,
        res_name_or_index: str | int | None = None,
        sfntVersion: str = ...,
        flavor: str | None = None,
        checkChecksums: int = 0,
        verbose: bool | None = None,
        recalcBBoxes: bool = True,
        allowVID: Any = ...,
        ignoreDecompileErrors: bool = False,
        recalcTimestamp: bool = True,
        fontNumber: int = -1,
        lazy: bool | None = None,
        quiet: bool | None = None,
        _tableCache: Any = None,
        cfg: Any = ...,
        _useLegacyTTC: bool = False,
    ) -> None: ...
    def __contains__(self, tag: str) -> bool: ...
    def __getitem__(self, tag: str) -> Any: ...
    def save(self, file: BinaryIO, reorderTables: bool | None = True) -> None: ...
