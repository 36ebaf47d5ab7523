// Search. The index is loaded when someone begins to search; without it the page's links remain.
{
  const PAGE = 10;
  const form = document.querySelector("form[data-index]");
  const status = document.querySelector(".search-status");
  const list = document.querySelector(".search-results");
  const more = document.querySelector(".search-more");

  let loading;
  const load = () => {
    loading ??= import(form.dataset.index).then(async (pagefind) => {
      await pagefind.options({ baseUrl: form.dataset.base, excerptLength: 24 });
      await pagefind.init();
      return pagefind;
    });
    return loading;
  };

  const nodes = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];

  const item = (found) => {
    const entry = document.createElement("li");
    const heading = document.createElement("h2");
    const link = document.createElement("a");
    const excerpt = document.createElement("p");
    link.href = found.url;
    link.textContent = found.meta.title;
    heading.append(link);
    excerpt.append(...nodes(found.excerpt));
    entry.append(heading, excerpt);
    return entry;
  };

  let results = [];
  const show = async (count) => {
    const shown = list.children.length;
    const found = await Promise.all(results.slice(shown, shown + count).map((one) => one.data()));
    list.append(...found.map(item));
    more.hidden = list.children.length >= results.length;
    return list.children[shown];
  };

  let latest = 0;
  const search = async (words) => {
    const number = (latest += 1);
    try {
      const found = words ? await (await load()).search(words) : { results: [] };
      if (number !== latest) return;
      results = found.results;
      list.replaceChildren();
      await show(PAGE);
      const count = results.length === 1 ? "1 page" : `${results.length} pages`;
      status.textContent = words ? `${results.length ? count : "No page"} found for “${words}”.` : "";
    } catch {
      loading = undefined;
      status.textContent = "Search does not work right now. The lists below lead to every page.";
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
