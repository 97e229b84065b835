// The article as elements, every quote a button. Text goes in as text, never as HTML.

import { ICONS } from "/static/review.js";

const CLOSING = "”\"’'»“›」』`";

// The server counts code points, strings here count UTF-16 units.
export function unitsOf(text) {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return (offset) => offset;
  const units = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  units.push(unit);
  return (offset) => units[offset];
}

export function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

export function renderArticle(place, review, selected) {
  const { article, quotes } = review;
  const unit = unitsOf(article);
  const layers = [];
  quotes.forEach((quote, index) => {
    layers.push({ kind: "quote", index, start: unit(quote.start), end: unit(quote.end) });
    for (const kind of ["mention", "cue"]) {
      if (quote[kind]) layers.push({ kind, index, start: unit(quote[kind].start), end: unit(quote[kind].end) });
    }
  });
  const labels = new Map(); // where → indices
  quotes.forEach((quote, index) => {
    let where = unit(quote.end);
    while (where < article.length && CLOSING.includes(article[where])) where += 1;
    labels.set(where, [...(labels.get(where) ?? []), index]);
  });
  const cuts = [...new Set([0, article.length, ...labels.keys(), ...layers.flatMap((l) => [l.start, l.end])])];
  cuts.sort((a, b) => a - b);
  layers.sort((a, b) => a.start - b.start || b.end - a.end);

  const out = document.createDocumentFragment();
  let active = [];
  let next = 0;
  let open = null; // the button that is being filled
  cuts.forEach((cut, number) => {
    active = active.filter((layer) => layer.end > cut);
    while (next < layers.length && layers[next].start === cut) active.push(layers[next++]);
    const quote = active.findLast((layer) => layer.kind === "quote");
    if (open && open.index !== quote?.index) open = null;
    for (const index of labels.get(cut) ?? []) out.append(label(review, index));
    const text = article.slice(cut, cuts[number + 1] ?? article.length);
    if (!text) return;
    if (quote && !open) {
      open = { index: quote.index, element: quoteButton(review, quote.index, selected) };
      out.append(open.element);
    }
    const spans = active.filter((layer) => layer.kind !== "quote");
    const target = open?.element ?? out;
    target.append(spans.length ? spanOf(spans, text) : text);
  });
  for (const button of out.querySelectorAll("[data-index]")) {
    const index = Number(button.dataset.index);
    button.append(make("span", { class: "unseen" }, ` (${spoken(review, index)})`));
  }
  place.replaceChildren(out);
}

function spanOf(spans, text) {
  const kinds = [...new Set(spans.map((span) => span.kind))].join(" ");
  return make("span", { class: kinds, "data-quotes": spans.map((span) => span.index).join(" ") }, text);
}

function quoteButton(review, index, selected) {
  const { dropped } = review.current(index);
  const changed = Object.keys(review.change(index)).length > 0;
  return make("mark", {
    class: `quote ${dropped ? "dropped" : review.shownStance(index)}${changed ? " corrected" : ""}`,
    role: "button",
    tabindex: index === selected ? 0 : -1,
    "aria-haspopup": "dialog",
    "data-index": index,
    title: `${spoken(review, index)} – click to see why, or to correct`,
  });
}

function label(review, index) {
  const { dropped } = review.current(index);
  const stance = review.shownStance(index);
  const corrected = Object.keys(review.change(index)).length > 0;
  return make(
    "span",
    { class: `label ${dropped ? "dropped" : stance}${corrected ? " corrected" : ""}`, "data-label": index, "aria-hidden": "true" },
    make("span", { class: "icon" }, dropped ? "✕" : ICONS[stance]),
    make("bdi", {}, dropped ? "no quote" : review.shownSpeaker(index)),
    corrected && !dropped ? " ✓" : "",
  );
}

function spoken(review, index) {
  if (review.current(index).dropped) return "no quote";
  const corrected = Object.keys(review.change(index)).length ? ", corrected" : "";
  return `${review.shownSpeaker(index)}, ${review.shownStance(index)} ${review.probability(index).toFixed(2)}${corrected}`;
}

// Mention and cue of a quote stand out while the quote has the attention.
export function highlightParts(place, index) {
  for (const element of place.querySelectorAll(".active")) element.classList.remove("active");
  if (index === null) return;
  for (const element of place.querySelectorAll(`[data-index="${index}"]`)) element.classList.add("active");
  for (const element of place.querySelectorAll("[data-quotes]")) {
    if (element.dataset.quotes.split(" ").includes(String(index))) element.classList.add("active");
  }
}

export function renderSummary(table, review) {
  const stances = ["conciliatory", "assertive", "neutral", "uncertain"];
  const rows = new Map();
  review.quotes.forEach((_, index) => {
    if (review.current(index).dropped) return;
    const name = review.shownSpeaker(index);
    const row = rows.get(name) ?? rows.set(name, { conciliatory: 0, assertive: 0, neutral: 0, uncertain: 0 }).get(name);
    row[review.shownStance(index)] += 1;
  });
  const order = (name) => (review.speakers.includes(name) ? review.speakers.indexOf(name) : Infinity);
  const sum = (row) => stances.reduce((total, stance) => total + row[stance], 0);
  const names = [...rows.keys()].sort((a, b) => order(a) - order(b) || sum(rows.get(b)) - sum(rows.get(a)));
  const most = Math.max(1, ...[...rows.values()].flatMap((row) => stances.map((stance) => row[stance])));
  const uncertain = [...rows.values()].some((row) => row.uncertain);
  table.querySelector("#uncertain-head").hidden = !uncertain;
  table.tBodies[0].replaceChildren(
    ...names.map((name) => {
      const line = make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)));
      for (const stance of stances) {
        if (stance === "uncertain" && !uncertain) continue;
        const count = rows.get(name)[stance];
        const bar = make("span", { class: `bar ${stance}`, "aria-hidden": "true" });
        bar.style.width = `${(count / most) * 5}rem`;
        line.append(make("td", {}, make("span", { class: count ? "count" : "count none" }, String(count)), count ? bar : ""));
      }
      return line;
    }),
  );
}
