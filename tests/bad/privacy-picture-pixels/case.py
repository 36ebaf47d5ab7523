from PIL import Image


def change(content):
    Image.new("1", (30_000, 30_000)).save(content / "images" / "x.png")
