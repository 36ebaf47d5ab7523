"""The corpus: a practice with any number of posts, the same ones on every run.

A post has about 700 words: headings, lists, a table, five questions and the side effects of its
treatment. ``write_practice`` writes it as our own content; ``portable`` gives the same words as
plain Markdown, with the callouts spelled out, for generators that do not know ours.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 20260101
FIRST_DAY = dt.date(2016, 1, 1)
DAYS = 3650
"""The posts are spread over ten years that are over."""

TOPICS = (
    "Neck", "Back", "Shoulder", "Elbow", "Hand", "Hip",
    "Knee", "Foot", "Running", "Cycling", "Sleep", "Work",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Ben", "Cleo", "Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lena",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brook", "Castle", "Dale", "Easton", "Field",
    "Grant", "Hill", "Irving", "Jarvis", "Kent", "Lane",
)  # fmt: skip
TREATMENTS = ("Needling", "Taping", "Stretching", "Strengthening", "Massage", "Balance training")
EFFECTS = (
    ("Soreness", "very common", "a day or two", "A dull ache, as after exercise."),
    ("Bruising", "common", "several days", "A small blue mark on the skin."),
    ("Tiredness", "common", "an evening", "You may want to go to bed early."),
    ("Redness", "uncommon", "an hour", "The skin looks warm and pink."),
    ("Dizziness", "rare", "a few minutes", "The room seems to move when you stand up."),
)
PAGES = {
    "home": "main", "treatments": "main", "team": "main", "blog": "main", "questions": "main",
    "side-effects": "main", "contact": "main", "sources": "footer", "accessibility": "footer",
    "privacy-practices": "footer", "good-faith-estimate": "footer", "nondiscrimination": "footer",
    "not-found": "none",
}  # fmt: skip
OPENINGS = ("Most days", "In the morning", "After work", "Before a walk", "At first",
            "In winter", "At your desk", "By week two")  # fmt: skip
SUBJECTS = ("the joint", "a tight muscle", "your posture", "the sore side", "a slow stretch",
            "the first visit", "a short walk", "the warm pack", "your grip", "an easy exercise")  # fmt: skip
VERBS = ("feels easier with", "changes more than", "takes longer than", "gets better with",
         "may ache after", "needs less than", "works well beside")  # fmt: skip
OBJECTS = ("ten minutes of rest", "a night of sleep", "a change of chair", "two sets of five",
           "a glass of water", "a new routine", "a warm-up", "an old habit")  # fmt: skip
ENDINGS = ("so begin gently", "and that is expected", "so write it down", "but do not force it",
           "and we look at it", "so ask us", "if you give it time")  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One post, before it is written in any generator's form."""

    number: int
    slug: str
    title: str
    date: dt.date
    author: int
    topic: int
    treatment: int
    summary: str
    text: str
    """Markdown that every generator reads: paragraphs, headings, lists and a table."""
    questions: tuple[tuple[str, str], ...]


def posts(count: int) -> Iterator[Post]:
    """The first ``count`` posts; a larger corpus begins with the posts of a smaller one."""
    for number in range(count):
        yield _post(number)


def _post(number: int) -> Post:
    # Words are drawn for a benchmark, not for a secret.
    chance = random.Random(SEED + number)  # noqa: S311  # for texts, not for secrets
    topic, treatment = number % len(TOPICS), chance.randrange(len(TREATMENTS))
    title = f"{TOPICS[topic]} and {TREATMENTS[treatment].lower()}, part {number + 1}"
    return Post(
        number=number,
        slug=f"post-{number:05}",
        title=title,
        date=FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS)),
        author=chance.randrange(len(FIRST_NAMES)),
        topic=topic,
        treatment=treatment,
        summary=_sentence(chance),
        text=_text(chance),
        questions=tuple(_question(chance, n) for n in range(5)),
    )


def _text(chance: random.Random) -> str:
    blocks = [_paragraph(chance, 3)]
    for section in range(4):
        blocks.append(f"## {_heading(chance)}")
        blocks.append(_paragraph(chance, 3))
        if section == 1:
            rows = [
                f"| Week {week} | {_phrase(chance)} | {_phrase(chance)} |" for week in (1, 2, 3)
            ]
            blocks.append(
                "\n".join(["| When | What helps | What can wait |", "|---|---|---|", *rows])
            )
        elif section == 2:
            blocks.append(f"### {_heading(chance)}")
            blocks.append("\n".join(f"{n}. {_sentence(chance)}" for n in (1, 2, 3)))
        else:
            items = [f"- **{_phrase(chance).capitalize()}.** {_sentence(chance)}" for _ in range(3)]
            blocks.append("\n".join(items))
        blocks.append(_paragraph(chance, 1))
    return "\n\n".join(blocks) + "\n"


def _phrase(chance: random.Random) -> str:
    return chance.choice(OBJECTS)


def _heading(chance: random.Random) -> str:
    return f"{chance.choice(SUBJECTS)} and {chance.choice(OBJECTS)}".capitalize()


def _sentence(chance: random.Random) -> str:
    return (
        f"{chance.choice(OPENINGS)}, {chance.choice(SUBJECTS)} {chance.choice(VERBS)} "
        f"{chance.choice(OBJECTS)}, {chance.choice(ENDINGS)}."
    )


def _paragraph(chance: random.Random, sentences: int) -> str:
    return " ".join(_sentence(chance) for _ in range(sentences))


def _question(chance: random.Random, number: int) -> tuple[str, str]:
    asked = (
        "How long does it take",
        "Will it hurt",
        "What can I do",
        "When do I call",
        "Is it safe",
    )
    return f"{asked[number]} with {chance.choice(OBJECTS)}?", _paragraph(chance, 1)


# --- As our own content ---


def write_practice(folder: Path, count: int) -> None:
    """Write a whole practice with ``count`` posts into an empty folder."""
    for name in ("pages", "treatments", "team", "posts"):
        (folder / name).mkdir(parents=True)
    (folder / "clinic.yaml").write_text(CLINIC, encoding="utf-8", newline="\n")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8", newline="\n")
    topics = "".join(
        f"{t.lower()}:\n  name: {t}\n  summary: What to know about it.\n" for t in TOPICS
    )
    (folder / "topics.yaml").write_text(topics, encoding="utf-8", newline="\n")
    for order, (slug, menu) in enumerate(PAGES.items()):
        title = slug.replace("-", " ").capitalize()
        matter = f"title: {title}\nsummary: {title} of the practice.\nmenu: {menu}\norder: {order}\nsample: true"
        _write(folder / "pages" / f"{slug}.md", matter, "")
    for name in TREATMENTS:
        matter = f"name: {name}\nsummary: What {name.lower()} is.\nsources: survey\nsample: true"
        _write(folder / "treatments" / f"{treatment_id(name)}.md", matter, _treatment(name))
    for first, last in zip(FIRST_NAMES, LAST_NAMES, strict=True):
        _write(
            folder / "team" / f"{first}-{last}.md".lower(),
            _therapist(first, last),
            f"{first} works here.\n",
        )
    for post in posts(count):
        matter = (
            f'title: "{post.title}"\ndate: {post.date}\nauthor: {author_id(post)}\n'
            f'summary: "{post.summary}"\ntopics: {TOPICS[post.topic].lower()}\n'
            f"treatments: {treatment_id(TREATMENTS[post.treatment])}\nsample: true"
        )
        _write(folder / "posts" / f"{post.slug}.md", matter, body(post))


def body(post: Post) -> str:
    """The text of a post, its side effects and questions as callouts."""
    asked = "\n\n".join(f"### {question}\n\n{answer}" for question, answer in post.questions)
    treatment = treatment_id(TREATMENTS[post.treatment])
    return (
        f"{post.text}\n## Side effects\n\n/// side-effects | {treatment}\n///\n\n"
        f"## Questions\n\n/// faq\n\n{asked}\n///\n"
    )


def portable(post: Post) -> str:
    """The same words as plain Markdown."""
    effects = "\n".join(
        f"- **{name}** ({how_common}, lasts {lasts}): {details}"
        for name, how_common, lasts, details in EFFECTS
    )
    asked = "\n\n".join(f"### {question}\n\n{answer}" for question, answer in post.questions)
    return f"{post.text}\n## Side effects\n\n{effects}\n\n## Questions\n\n{asked}\n"


def author_id(post: Post) -> str:
    """The id of a post's author."""
    return f"{FIRST_NAMES[post.author]}-{LAST_NAMES[post.author]}".lower()


def author_name(post: Post) -> str:
    """The name of a post's author."""
    return f"{FIRST_NAMES[post.author]} {LAST_NAMES[post.author]}"


def treatment_id(name: str) -> str:
    """The id of a treatment."""
    return name.lower().replace(" ", "-")


def _write(file: Path, matter: str, text: str) -> None:
    file.write_text(f"---\n{matter}\n---\n\n{text}", encoding="utf-8", newline="\n")


def _therapist(first: str, last: str) -> str:
    return (
        f"name: {first} {last}\nrole: Physical therapist\nsummary: {first} treats adults.\n"
        "credentials:\n  - abbreviation: PT\n    stands_for: Physical therapist\n    kind: license\n"
        f"sample: true\nlanguages: English\ntreatments: [{', '.join(treatment_id(name) for name in TREATMENTS)}]"
    )


def _treatment(name: str) -> str:
    effects = "\n\n".join(
        f"/// side-effect | {effect}\n    how-common: {how_common}\n    lasts: {lasts}\n"
        f"    sources: survey\n\n{details}\n///"
        for effect, how_common, lasts, details in EFFECTS
    )
    return (
        "## What happens\n\nYou lie down, and we begin.\n\n"
        "## Who it helps\n\nPeople with a sore muscle.\n\n"
        "## Before you start\n\n/// ask-first\n\n- are pregnant\n- bleed easily\n///\n\n"
        "## How to prepare\n\nWear loose clothes.\n\n"
        "## Afterwards\n\nKeep moving.\n\n"
        f"## Side effects\n\n{effects}\n\n"
        "## When to get help\n\n/// get-help | Call us if the pain gets worse:\n    level: urgent\n\n"
        "- on the same day\n///\n\n"
        f"## Questions patients ask\n\n/// faq\n\n### Does {name.lower()} hurt?\n\nA little.\n///\n"
    )


CLINIC = """\
sample: true
name: Benchmark Physical Therapy
tagline: A practice to measure with
summary: It exists to be built.
address:
  street: 1 Example Street
  city: Example
  region: CA
  postal_code: "90000"
map_url: https://www.example.com/map
phone: +1 555 555 0100
hours:
  - days: [monday, tuesday, wednesday, thursday, friday]
    opens: 08:00
    closes: 18:00
booking_url: https://www.example.com/book
insurance:
  checked: 2025-01-01
  accepted: [Example Health]
languages: English
emergency_note: Call 911 in an emergency.
receives_federal_funds: true
notices:
  privacy_practices: {page: privacy-practices, effective: 2025-01-01}
  good_faith_estimate: {page: good-faith-estimate, effective: 2025-01-01}
  nondiscrimination: {page: nondiscrimination, effective: 2025-01-01}
  accessibility: {page: accessibility, effective: 2025-01-01}
"""
SOURCES = """\
survey:
  title: A survey for the benchmark
  authors: Nobody N
  year: 2020
  published_in: Example Press
  url: https://www.example.com/survey
  what: An invented survey.
  read: full text
"""
