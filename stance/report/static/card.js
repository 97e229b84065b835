// Beside a quote that is pointed at or focused: why it has its speaker and its stance. The same stands below the article.
(() => {
  "use strict";
  const card = document.getElementById("card");
  let leaving = 0;
  let current = null;

  const parts = (article, index) =>
    article.querySelectorAll(`.marked [data-index="${index}"], .marked [data-quotes~="${index}"]`);

  function show(article, index, anchor) {
    clearTimeout(leaving);
    const key = article.dataset.prefix + index;
    if (current === key) return;
    hide();
    const why = document.getElementById(`${article.dataset.prefix}why${index}`);
    if (!why) return;
    current = key;
    parts(article, index).forEach((part) => part.classList.add("active"));
    card.replaceChildren(...Array.from(why.children, (child) => child.cloneNode(true)));
    card.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    card.querySelectorAll("a").forEach((link) => link.remove());
    card.className = why.className;
    card.hidden = false;
    const rects = anchor.getClientRects();
    const at = rects[rects.length - 1];
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, width - card.offsetWidth - 8));
    const below = at.bottom + card.offsetHeight + 16 < window.innerHeight || at.top < card.offsetHeight + 16;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${(below ? at.bottom + 6 : at.top - card.offsetHeight - 6) + window.scrollY}px`;
  }

  function hide() {
    clearTimeout(leaving);
    card.hidden = true;
    current = null;
    document.querySelectorAll(".marked .active").forEach((part) => part.classList.remove("active"));
  }

  // A moment to reach the card with the pointer.
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 200);
  };

  document.querySelectorAll("article[data-prefix]").forEach((article) => {
    article.querySelectorAll(".marked [data-index], .marked [data-label]").forEach((part) => {
      const index = part.dataset.index ?? part.dataset.label;
      part.addEventListener("pointerenter", () => show(article, index, part));
      part.addEventListener("pointerleave", leave);
      part.addEventListener("focus", () => show(article, index, part));
      part.addEventListener("blur", hide);
    });
  });
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
