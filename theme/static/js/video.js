// Puts the player of a video in the place of its link, once a reader asks for it.
{
  for (const link of document.querySelectorAll("a[data-player]")) {
    link.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const player = document.createElement("iframe");
      player.title = link.querySelector(".visually-hidden").textContent.slice(2);
      player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
      player.referrerPolicy = "strict-origin"; // YouTube plays nothing for a page without an origin
      player.src = link.dataset.player;
      link.replaceWith(player);
      player.focus();
    });
  }
}
