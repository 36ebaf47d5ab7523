from PIL import Image


def change(content):
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "green")]
    for name in ("x.png", "x.webp"):
        frames[0].save(content / "images" / name, save_all=True, append_images=frames[1:])
