// Search. The index is loaded when someone begins to search; without it the page's links remain.
{
  const PAGE = 10;
  const form = document.querySelector("form[data-indexes]");
  const status = document.querySelector(".search-status");
  const list = document.querySelector(".search-results");
  const more = document.querySelector(".search-more");

  let loading;
  const load = () => {
    const options = { baseUrl: form.dataset.base, excerptLength: 24 };
    loading ??= Promise.all(
      form.dataset.indexes.split(" ").map(async (folder) => {
        const index = await import(`${folder}pagefind.js`); // two of one program share a memory
        await index.options(options);
        await index.init();
        return index;
      }),
    );
    return loading;
  };

  // Where an index has no word that begins like the one asked for, Pagefind answers with a word that
  // the asked one begins with, such as "need" for "needling". Another index may know better.
  const knows = async (index, term, best) => {
    if ((await index.search(`"${term}"`)).results.length) return true;
    const beginning = term.slice(0, Math.max(3, term.length - 2));
    const words = best.content.toLowerCase().split(/\s+/);
    return best.locations.some((place) => words[place]?.includes(beginning));
  };

  // Pagefind joins "dry-needling" to one word, which few texts have; "x-ray" may be written "xray".
  const joint = /(?<=[\p{L}\p{N}])[-‐–—/](?=[\p{L}\p{N}])/gu;

  const everyForm = async (index, words) => {
    const forms = new Set([words, words.replace(joint, " ")]);
    const answers = await Promise.all([...forms].map((form) => index.search(form)));
    const best = new Map();
    for (const result of answers.flatMap((one) => one.results)) {
      if (!(best.get(result.id)?.score >= result.score)) best.set(result.id, result);
    }
    return [...best.values()].sort((a, b) => b.score - a.score);
  };

  const answer = async (index, words, terms) => {
    const results = await everyForm(index, words);
    if (!results.length) return { results, sure: false };
    const best = await results[0].data();
    const known = await Promise.all(terms.map((term) => knows(index, term, best)));
    return { results, sure: known.every(Boolean) };
  };

  const find = async (words) => {
    const terms = words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const indexes = await load();
    const answers = await Promise.all(indexes.map((index) => answer(index, words, terms)));
    const sure = answers.filter((one) => one.sure);
    const found = (sure.length ? sure : answers).flatMap((one) => one.results);
    return found.sort((a, b) => b.score - a.score);
  };

  const nodes = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];

  // The section of a page that says most of what was asked for; its address ends with `#…`.
  const weight = (section) =>
    section.weighted_locations.reduce((sum, one) => sum + one.balanced_score, 0);
  const section = (found) =>
    [...found.sub_results].sort((a, b) => weight(b) - weight(a))[0] ?? found;

  // A part of a text is shown as one.
  const part = (found, excerpt) => {
    const shown = nodes(excerpt);
    const words = shown.map((node) => node.textContent).join("").trim();
    const whole = found.content.trim();
    return [whole.startsWith(words) ? "" : "… ", ...shown, whole.endsWith(words) ? "" : " …"];
  };

  const item = (found) => {
    const entry = document.createElement("li");
    const heading = document.createElement("h2");
    const link = document.createElement("a");
    const excerpt = document.createElement("p");
    const best = section(found);
    const named = best.url.includes("#") && best.title !== found.meta.title;
    link.href = best.url;
    link.textContent = named ? `${found.meta.title}: ${best.title}` : found.meta.title;
    heading.append(link);
    excerpt.append(...part(found, best.excerpt));
    entry.append(heading, excerpt);
    return entry;
  };

  let results = [];
  const show = async (count) => {
    const shown = list.children.length;
    const found = await Promise.all(results.slice(shown, shown + count).map((one) => one.data()));
    list.append(...found.map(item));
    list.hidden = !results.length;
    more.hidden = list.children.length >= results.length;
    return list.children[shown];
  };

  // Publishing makes the index, so there is none in the preview.
  const why = async () => {
    const program = `${form.dataset.indexes.split(" ")[0]}pagefind.js`;
    const there = await fetch(program, { method: "HEAD" }).catch(() => ({}));
    return there.status === 404
      ? "Search works once the site is published: that is when its index is made."
      : "Search does not work right now.";
  };

  let latest = 0;
  const search = async (words) => {
    const number = (latest += 1);
    try {
      const found = words ? await find(words) : [];
      if (number !== latest) return;
      results = found;
      list.replaceChildren();
      await show(PAGE);
      const count = results.length === 1 ? "1 page" : `${results.length} pages`;
      status.textContent = words ? `${results.length ? count : "No page"} found for “${words}”.` : "";
    } catch {
      loading = undefined;
      status.textContent = `${await why()} The lists below lead to every page.`;
    }
  };

  if (form) {
    const words = form.elements.q;
    form.hidden = false;
    words.addEventListener("focus", () => load().catch(() => {}), { once: true });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const address = new URL(location);
      address.searchParams.set("q", words.value.trim());
      history.replaceState(null, "", address);
      search(words.value.trim());
    });
    more.addEventListener("click", async () => {
      const first = await show(PAGE);
      first?.querySelector("a").focus();
    });
    words.value = new URLSearchParams(location.search).get("q") ?? "";
    if (words.value.trim()) search(words.value.trim());
  }
}
