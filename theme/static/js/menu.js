// The menu on a phone: Tab stays in it while it is open.
{
  const menu = document.querySelector("#site-menu");
  const stops = () => [...menu.querySelectorAll("a, button")].filter((stop) => stop.checkVisibility());

  menu.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") stops()[0].focus();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !menu.matches(":popover-open")) return;
    const around = event.shiftKey ? stops().reverse() : stops();
    if (document.activeElement === around.at(-1)) {
      event.preventDefault();
      around[0].focus();
    }
  });
}
