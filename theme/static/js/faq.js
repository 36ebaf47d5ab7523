// Folds the answers of long question lists, but not the first: what matters most stays open
// (GOV.UK Design System, accordion). Without it every answer is open.
{
  const LEAST = 4;
  const OPEN = 2;

  const toggleOf = (answer) => answer.parentElement.querySelector(".faq-toggle");

  const setOpen = (answer, open) => {
    toggleOf(answer).setAttribute("aria-expanded", String(open));
    if (open) answer.removeAttribute("hidden");
    else answer.setAttribute("hidden", "until-found");
  };

  const addToggle = (item, number) => {
    const heading = item.querySelector(".faq-question");
    const answer = item.querySelector(".faq-answer");
    const toggle = document.createElement("button");
    answer.id ||= `answer-${number}-${heading.id}`;
    toggle.type = "button";
    toggle.className = "faq-toggle";
    toggle.setAttribute("aria-controls", answer.id);
    toggle.append(...heading.childNodes);
    heading.append(toggle);
    toggle.addEventListener("click", () => setOpen(answer, answer.hasAttribute("hidden")));
    answer.addEventListener("beforematch", () => setOpen(answer, true));
    setOpen(answer, false);
    return answer;
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

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const answer = target?.closest(".faq[data-folded] .faq-item")?.querySelector(".faq-answer");
    if (!answer) return;
    setOpen(answer, true);
    target.scrollIntoView();
  };

  const folded = [];
  for (const faq of document.querySelectorAll(".faq")) {
    const items = [...faq.querySelectorAll(".faq-item")];
    if (items.length < LEAST) continue;
    faq.dataset.folded = "";
    const answers = items.slice(OPEN).map((item, i) => addToggle(item, folded.length + i));
    addShowAll(faq, answers);
    folded.push(...answers);
  }

  let closedForPrint = [];
  addEventListener("beforeprint", () => {
    closedForPrint = folded.filter((answer) => answer.hasAttribute("hidden"));
    for (const answer of closedForPrint) setOpen(answer, true);
  });
  addEventListener("afterprint", () => {
    for (const answer of closedForPrint) setOpen(answer, false);
  });

  addEventListener("hashchange", openTarget);
  openTarget();
}
