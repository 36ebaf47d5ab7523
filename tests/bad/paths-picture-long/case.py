import shutil


def change(content):
    shutil.copy(content / "images" / "room.png", content / "images" / f"{'a' * 242}.png")
