// Unfolds the list of a page's sections where it stands beside the text.
{
  const wide = matchMedia("(width >= 64rem)");
  const contents = document.querySelector(".contents details");
  const fold = () => {
    if (contents) contents.open = wide.matches;
  };
  wide.addEventListener("change", fold);
  fold();
}
