// The editor's bar at the foot of every page of the preview, and the page's reload.
{
  const script = document.currentScript;
  const loaded = script.dataset.text;
  const SCROLL = "preview-scroll";
  const OPEN = "preview-open";
  const STATUS = {
    published: "Published", draft: "Draft: not on the site", future: "Not yet: its day is to come",
    list: "Made from other files", missing: "Nothing is here", preview: "Preview only",
  };

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // --- The bar's parts, made once ---

  const host = element("practice-preview");
  const shadow = host.attachShadow({ mode: "open" });
  const badge = element("span", { class: "badge" });
  const facts = element("dl", { class: "facts" });
  const toggle = element("button", { type: "button", "aria-expanded": "false", "aria-controls": "panel" });
  const opener = element("button", { type: "button" }, "Open the file");
  const panel = element("div", { id: "panel", class: "panel", role: "region", tabindex: "0", "aria-label": "What is wrong" });
  const said = element("p", { class: "said", role: "status" });
  panel.hidden = true;
  shadow.append(
    element("link", { rel: "stylesheet", href: "/-/bar.css" }),
    element("aside", { class: "bar", "aria-label": "Editor’s bar" }, panel,
      element("div", { class: "row" }, badge, facts, toggle, opener), said),
  );

  const say = (words) => { said.textContent = ""; setTimeout(() => { said.textContent = words; }, 50); };

  const show = (open) => {
    panel.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    sessionStorage.setItem(OPEN, open ? "yes" : "");
  };

  toggle.addEventListener("click", () => show(panel.hidden));
  shadow.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { show(false); toggle.focus(); }
  });

  const openFile = async (place) => {
    const answer = await fetch("/-/open", { method: "POST", body: place });
    say(answer.ok ? `${place} was opened` : await answer.text());
  };

  // --- What is known of the page ---

  const fact = (name, value, wide, late) => {
    const row = element("div", wide ? { class: "wide" } : {}, element("dt", {}, name));
    row.append(element("dd", late ? { class: "late" } : {}, value));
    return row;
  };

  const showFacts = (page) => {
    badge.textContent = STATUS[page.status];
    badge.dataset.status = page.status;
    facts.replaceChildren();
    if (page.due) facts.append(fact("Review due", page.due + (page.overdue ? ", overdue" : ""), false, page.overdue));
    if (page.reviewed) facts.append(fact("Reviewed", page.reviewed, true));
    if (page.sample) facts.append(fact("Text", "sample, not signed off", true));
    if (page.grade !== undefined && page.grade !== null) facts.append(fact("Grade", page.grade));
    if (page.words !== undefined) facts.append(fact("Words", page.words.toLocaleString("en-US")));
    if (page.weight) facts.append(fact("Weight", `${(page.weight / 1024).toFixed(1)} KB`));
    opener.hidden = !page.file;
    opener.onclick = () => openFile(`${page.origin}:1`);
  };

  // --- What is wrong ---

  const place = (problem) => {
    const copy = element("button", { type: "button", class: "place", title: "Copy this place" }, problem.place);
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(problem.place);
      say(`${problem.place} was copied`);
    });
    const open = element("button", { type: "button", "aria-label": `Open ${problem.place}` }, "Open");
    open.addEventListener("click", () => openFile(problem.place));
    return element("div", { class: "places" }, copy, open);
  };

  const list = (title, problems) => {
    if (!problems.length) return [];
    const items = problems.map((problem) => element("li", { class: "problem", "data-severity": problem.severity },
      element("p", {}, element("span", { class: "kind" }, problem.severity === "error" ? "Error: " : "Warning: "), problem.message),
      element("p", { class: "hint" }, problem.hint), place(problem)));
    return [element("h2", {}, title), element("ul", { role: "list" }, ...items)];
  };

  const links = (others) => {
    if (!others.length) return [];
    const items = others.map((other) => element("li", {},
      element("a", { href: other.path }, other.title), ` (${STATUS[other.status].toLowerCase()})`));
    return [element("h2", {}, "Only in the preview"), element("ul", { role: "list" }, ...items)];
  };

  const MANY = 50;
  let before = null;

  const showProblems = (state) => {
    const errors = state.problems.filter((problem) => problem.severity === "error").length;
    const advice = state.problems.length - errors;
    const here = state.problems.filter((problem) => problem.here);
    const elsewhere = state.problems.filter((problem) => !problem.here);
    toggle.dataset.worst = errors ? "error" : advice ? "warning" : "none";
    const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
    toggle.textContent = errors || advice
      ? [errors && count(errors, "error", "errors"), advice && count(advice, "warning", "warnings")].filter(Boolean).join(", ")
      : "Nothing is wrong";
    const content = [
      ...(state.old ? [element("p", { class: "late" }, "This page is as it was before the last save, because of this:")] : []),
      ...list("On this page", here),
      ...list("On the site", elsewhere.slice(0, MANY)),
      ...(elsewhere.length > MANY ? [element("p", {}, `and ${elsewhere.length - MANY} more`)] : []),
      ...links(state.others),
    ];
    panel.replaceChildren(...content);
    if (!content.length) panel.append(element("p", {}, "Nothing is wrong."));
    const broken = state.old;
    if (broken && before !== "broken") show(true);
    if (!broken && before === "broken") show(false);
    if (before !== null && broken !== (before === "broken")) {
      say(broken ? "The file has a mistake. The page is as it was." : "The mistake is mended.");
    }
    before = broken ? "broken" : "sound";
  };

  // --- Keeping up with the files ---

  // The newest style sheet, which may still be loading: a second message must not add it again.
  let sheet = document.querySelector('head link[rel="stylesheet"]');
  const swap = (css) => {
    if (!sheet || !css || sheet.getAttribute("href") === css) return;
    const old = sheet;
    sheet = old.cloneNode();
    sheet.setAttribute("href", css);
    sheet.addEventListener("load", () => old.remove());
    old.after(sheet);
  };

  const reload = () => {
    sessionStorage.setItem(SCROLL, JSON.stringify([location.pathname, scrollX, scrollY]));
    location.reload();
  };

  let asking = false;
  let again = false;
  const update = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(`/-/state?page=${encodeURIComponent(location.pathname)}`);
      const state = await answer.json();
      if (state.text !== loaded) { reload(); return; }
      swap(state.css);
      showFacts(state.page);
      showProblems(state);
    } catch {
      badge.textContent = "The preview has stopped";
      badge.dataset.status = "missing";
    } finally {
      asking = false;
      if (again) { again = false; update(); }
    }
  };

  // A page that nobody looks at does not listen: browsers allow only six connections to a server.
  let events = null;
  const listen = () => {
    if (document.hidden) { events?.close(); events = null; return; }
    if (events) return;
    events = new EventSource("/-/events");
    events.addEventListener("message", update);
    events.addEventListener("error", () => { badge.textContent = "The preview has stopped"; });
  };

  const [path, x, y] = JSON.parse(sessionStorage.getItem(SCROLL) ?? "[]");
  if (path === location.pathname) scrollTo({ left: x, top: y, behavior: "instant" });
  sessionStorage.removeItem(SCROLL);
  document.body.append(host);
  if (sessionStorage.getItem(OPEN)) show(true);
  document.addEventListener("visibilitychange", listen);
  listen();
}
