import shutil


def change(content):
    raw = (content / "images" / "room.png").read_bytes()
    (content / "images" / "cut.png").write_bytes(raw[: len(raw) // 2])
