// The page put together: input → review → marked article, and files to take away.

import * as api from "/static/api.js";
import { Editor } from "/static/editor.js";
import { Input } from "/static/input.js";
import { highlightParts, renderArticle, renderSummary } from "/static/marked.js";
import { Review, STANCES } from "/static/review.js";

const element = (id) => document.getElementById(id);
const marked = element("marked");
const input = new Input();
let review = null;
let selected = 0;
let unsaved = false; // corrections that no download holds
let running = null;

const quoteElement = (index) => marked.querySelector(`[data-index="${index}"]`);
const editor = new Editor({
  anchor: quoteElement,
  changed: (index) => {
    selected = index;
    unsaved = review.changes.size > 0;
    draw();
  },
  closed: (index) => focusQuote(index),
});

async function analyse() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  input.calm();
  const request = input.request();
  if (!request.article.trim()) {
    input.complain("There is no text yet: paste an article, or drop a file.");
    return;
  }
  element("result").setAttribute("aria-busy", "true");
  element("status").textContent = "Reading …";
  try {
    const answer = await api.analyze(request, signal);
    review = new Review(request.article, answer, review);
    selected = 0;
    draw();
    tell();
  } catch (error) {
    if (error.name === "AbortError") return;
    element("status").textContent = review ? "The last result still stands below." : "Nothing analysed yet.";
    input.complain(error.message, error.where);
  }
  if (running?.signal === signal) {
    element("result").removeAttribute("aria-busy");
    running = null;
  }
}

function tell() {
  const count = review.quotes.length;
  element("status").textContent = count ? `${count} quote${count > 1 ? "s" : ""} found.` : "No quotes found in this article.";
}

function draw() {
  element("empty").hidden = true;
  element("found").hidden = false;
  element("threshold").value = review.threshold;
  element("threshold-value").textContent = review.threshold ? Number(review.threshold).toFixed(2) : "off";
  for (const id of ["summary", "keys"]) element(id).hidden = !review.quotes.length;
  renderArticle(marked, review, selected);
  renderSummary(element("summary"), review);
  const count = review.changes.size;
  element("corrections").textContent = count ? `(${count} corrected)` : "";
  element("undo-all").hidden = !count;
  if (editor.dialog.open) highlightParts(marked, editor.index);
}

function focusQuote(index) {
  const target = quoteElement(index);
  if (!target) return;
  marked.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  selected = index;
  target.setAttribute("tabindex", "0");
  target.focus();
}

function openEditor(index) {
  selected = index;
  editor.open(review, index);
  highlightParts(marked, index);
}

function correct(index, name, value) {
  review.correct(index, name, value);
  unsaved = true;
  draw();
  focusQuote(index);
  element("status").textContent = `Quote ${index + 1}: ${quoteElement(index).title.split(" – ")[0]}.`;
}

const indexAt = (event) => {
  const found = event.target.closest("[data-index], [data-label]");
  return found ? Number(found.dataset.index ?? found.dataset.label) : null;
};

marked.addEventListener("click", (event) => {
  const index = indexAt(event);
  if (index !== null && String(window.getSelection()) === "") openEditor(index);
});
marked.addEventListener("mouseover", (event) => highlightParts(marked, indexAt(event)));
marked.addEventListener("mouseleave", () => highlightParts(marked, null));
marked.addEventListener("focusin", (event) => highlightParts(marked, indexAt(event)));
marked.addEventListener("focusout", () => highlightParts(marked, null));
marked.addEventListener("keydown", (event) => {
  const index = indexAt(event);
  if (index === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const last = review.quotes.length - 1;
  const moves = { ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1, Home: 0, End: last };
  const stance = STANCES.find((name) => name[0] === event.key);
  if (event.key in moves) focusQuote(Math.max(0, Math.min(last, moves[event.key])));
  else if (event.key === "Enter" || event.key === " ") openEditor(index);
  else if (event.key === "Delete") correct(index, "dropped", !review.current(index).dropped);
  else if (stance) correct(index, "stance", stance);
  else return;
  event.preventDefault();
});

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  analyse();
});
element("form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) analyse();
});
element("form").addEventListener("filled", () => analyse());
element("threshold").addEventListener("input", () => {
  review.threshold = Number(element("threshold").value);
  draw();
});
element("undo-all").addEventListener("click", () => {
  review.undoAll();
  unsaved = false;
  draw();
  element("status").textContent = "All corrections undone.";
  element("download-title").focus();
});

for (const button of document.querySelectorAll("[data-format]")) {
  button.addEventListener("click", () =>
    input.guarded(async () => {
      const { name, blob } = await api.exported(review.exportRequest(button.dataset.format, input.name));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      if (button.dataset.format === "gold") unsaved = false;
      element("status").textContent = `${name} is ready.`;
    }),
  );
}
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

input.guarded(() => input.loadRosters());
