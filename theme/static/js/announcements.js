// Takes an announcement away once its last day is over, where the reader is.
{
  const now = new Date();
  const pad = (number) => String(number).padStart(2, "0");
  const today = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  for (const item of document.querySelectorAll("[data-last-day]")) {
    if (item.dataset.lastDay < today) item.remove();
  }
  document.querySelector(".announcements:not(:has(p))")?.remove();
}
