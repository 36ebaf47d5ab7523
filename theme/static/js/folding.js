// Folds what is long: the answers of long lists of questions but the first, and on phones the
// sections of a treatment that are for a later day. What matters most stays open (GOV.UK Design
// System, accordion). Without this script everything is open.
{
  const LEAST = 4;
  const OPEN = document.querySelector(".answers") ? 0 : 2; // a treatment's first stands at its top
  const toggles = new Map();

  const setOpen = (content, open) => {
    toggles.get(content).setAttribute("aria-expanded", String(open));
    if (open) content.removeAttribute("hidden");
    else content.setAttribute("hidden", "until-found");
  };

  const fold = (heading, content) => {
    const toggle = document.createElement("button");
    content.id ||= `folded-${toggles.size}-${heading.id}`;
    toggle.type = "button";
    toggle.className = "fold-toggle";
    toggle.setAttribute("aria-controls", content.id);
    toggle.append(...heading.childNodes);
    heading.append(toggle);
    toggles.set(content, toggle);
    toggle.addEventListener("click", () => setOpen(content, content.hasAttribute("hidden")));
    content.addEventListener("beforematch", () => setOpen(content, true));
    setOpen(content, false);
    return content;
  };

  const addShowAll = (faq, answers) => {
    const button = document.createElement("button");
    const label = () => {
      button.textContent = answers.some((answer) => answer.hasAttribute("hidden"))
        ? "Show all answers"
        : "Hide all answers";
    };
    button.type = "button";
    button.className = "faq-all";
    button.addEventListener("click", () => {
      const open = answers.some((answer) => answer.hasAttribute("hidden"));
      for (const answer of answers) setOpen(answer, open);
    });
    new MutationObserver(label).observe(faq, { subtree: true, attributeFilter: ["hidden"] });
    label();
    faq.prepend(button);
  };

  const foldSection = (heading) => {
    const section = document.createElement("div");
    section.className = "prose";
    while (heading.nextElementSibling && heading.nextElementSibling.tagName !== "H2")
      section.append(heading.nextElementSibling);
    heading.after(section);
    fold(heading, section);
  };

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (const [content, toggle] of toggles) {
      if (!target || (toggle.parentElement !== target && !content.contains(target))) continue;
      setOpen(content, true);
      target.scrollIntoView();
    }
  };

  for (const faq of document.querySelectorAll(".faq")) {
    const items = [...faq.querySelectorAll(".faq-item")];
    if (items.length < LEAST) continue;
    faq.dataset.folded = "";
    const answers = items.slice(OPEN).map((item) =>
      fold(item.querySelector(".faq-question"), item.querySelector(".faq-answer")),
    );
    addShowAll(faq, answers);
  }

  const later = document.querySelector("[data-later]")?.dataset.later.split(" ") ?? [];
  if (matchMedia("(width < 40rem)").matches) {
    for (const id of later) {
      const heading = document.getElementById(id);
      if (heading) foldSection(heading);
    }
  }

  let closedForPrint = [];
  addEventListener("beforeprint", () => {
    closedForPrint = [...toggles.keys()].filter((content) => content.hasAttribute("hidden"));
    for (const content of closedForPrint) setOpen(content, true);
  });
  addEventListener("afterprint", () => {
    for (const content of closedForPrint) setOpen(content, false);
  });

  addEventListener("hashchange", openTarget);
  openTarget();
}
