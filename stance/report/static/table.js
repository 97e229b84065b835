// The table of quotes: sorted by the buttons in its head, filtered by the fields above it.
(() => {
  "use strict";
  const table = document.getElementById("quotes");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  const valueOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      rows.sort((a, b) => (up ? 1 : -1) * compare(valueOf(a, column), valueOf(b, column)));
      body.append(...rows);
    });
  });

  const form = document.querySelector(".controls");
  const [search, speaker, stance] = ["search", "speaker", "stance"].map((id) => document.getElementById(id));
  const words = rows.map((row) => row.textContent.toLowerCase());
  const content = new Map(rows.map((row, number) => [row, words[number]]));

  function filter() {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row) => {
      const fits =
        (!wanted || content.get(row).includes(wanted)) &&
        (!speaker.value || row.cells[2].textContent === speaker.value) &&
        (!stance.value || row.classList.contains(stance.value));
      row.hidden = !fits;
      shown += fits;
    });
    document.getElementById("shown").textContent = `${shown} of ${rows.length} shown`;
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
