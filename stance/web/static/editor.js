// The dialog in which a quote is explained and corrected.

import { make } from "/static/marked.js";
import { ICONS, OTHER, STANCES, UNKNOWN } from "/static/review.js";

const element = (id) => document.getElementById(id);

export class Editor {
  // `anchor(index)`: the element of a quote on the page; `changed(index)` and `closed(index)` are told what happens.
  constructor({ anchor, changed, closed }) {
    this.dialog = element("editor");
    this.anchor = anchor;
    this.changed = changed;
    this.closed = closed;
    this.review = null;
    this.index = 0;
    element("previous").addEventListener("click", () => this.go(-1));
    element("next").addEventListener("click", () => this.go(1));
    element("close").addEventListener("click", () => this.close());
    element("undo").addEventListener("click", () => this.apply(() => this.review.undo(this.index)));
    element("drop-quote").addEventListener("click", () => {
      const { dropped } = this.review.current(this.index);
      this.apply(() => this.review.correct(this.index, "dropped", !dropped));
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.close(); // beside it
    });
    // The dialog's own way to close tells it late; keys pressed meanwhile would be lost.
    this.dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("change", (event) => {
      const { name, value } = event.target;
      if (name) this.apply(() => this.review.correct(this.index, name, value));
    });
    window.addEventListener("resize", () => this.place());
  }

  open(review, index) {
    this.review = review;
    this.index = index;
    this.fill();
    if (!this.dialog.open) this.dialog.showModal();
    this.place();
    const stances = [...this.dialog.querySelectorAll("#editor-stances input")];
    const first = this.dialog.classList.contains("dropped") ? element("drop-quote") : stances.find((input) => input.checked);
    first?.focus({ preventScroll: true });
  }

  close() {
    this.dialog.close();
    this.closed(this.index);
  }

  go(step) {
    const count = this.review.quotes.length;
    this.index = (this.index + step + count) % count;
    this.fill();
    this.changed(this.index);
    this.anchor(this.index)?.scrollIntoView({ block: "nearest" });
    this.place();
  }

  apply(change) {
    change();
    this.fill(document.activeElement);
    this.changed(this.index);
    this.place();
  }

  fill(focused = null) {
    const { review, index } = this;
    const quote = review.quotes[index];
    const { speaker, stance, dropped } = review.current(index);
    element("editor-number").textContent = `${index + 1} of ${review.quotes.length}`;
    element("editor-text").textContent = quote.text.length > 280 ? `${quote.text.slice(0, 280)}…` : quote.text;
    const mention = quote.mention ? ` (${quote.mention.text})` : "";
    const names = { [OTHER]: `Somebody else${speaker === OTHER ? mention : ""}`, [UNKNOWN]: "Nobody is named" };
    const given = review.given(index);
    const { name, value } = focused ?? {};
    element("editor-speakers").replaceChildren(
      ...review.choices().map((choice) =>
        option("speaker", choice, choice === speaker, dropped, names[choice] ?? choice, choice === given.speaker),
      ),
    );
    element("editor-stances").replaceChildren(
      ...STANCES.map((choice) => {
        const probability = quote.probabilities[choice] ?? 0;
        const bar = make("span", { class: `bar ${choice}`, "aria-hidden": "true" });
        bar.style.width = `${probability * 4}rem`;
        const line = option("stance", choice, choice === stance, dropped, `${choice}`, choice === given.stance);
        line.querySelector("input").after(make("span", { class: `icon ${choice}`, "aria-hidden": "true" }, ICONS[choice]));
        line.append(make("span", { class: "meter" }, bar, make("span", { class: "faint" }, probability.toFixed(2))));
        return line;
      }),
    );
    if (name) {
      const again = [...this.dialog.querySelectorAll(`input[name="${name}"]`)].find((input) => input.value === value);
      again?.focus({ preventScroll: true });
    }
    element("editor-why").replaceChildren(...why(quote));
    element("drop-quote").textContent = dropped ? "It is a quote" : "Not a quote";
    const changed = Object.keys(review.change(index)).length > 0;
    if (!changed && document.activeElement === element("undo")) element("drop-quote").focus();
    element("undo").disabled = !changed;
    this.dialog.classList.toggle("dropped", dropped);
  }

  // Beside the quote, where there is room; small screens have it at the lower edge (page.css).
  place() {
    if (!this.dialog.open) return;
    const style = this.dialog.style;
    if (window.innerWidth < 720) {
      style.left = style.top = "";
      return;
    }
    const rectangles = this.anchor(this.index)?.getClientRects() ?? [];
    const first = rectangles[0] ?? { top: 80, left: 80 };
    const last = rectangles[rectangles.length - 1] ?? { bottom: 100 };
    const { offsetWidth: width, offsetHeight: height } = this.dialog;
    const below = last.bottom + 8;
    const top = below + height <= window.innerHeight - 8 ? below : first.top - height - 8;
    style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
    style.left = `${Math.max(8, Math.min(first.left, window.innerWidth - width - 8))}px`;
  }
}

function option(name, value, checked, disabled, text, given) {
  const input = make("input", { type: "radio", name, value, disabled: disabled ? "" : null });
  input.checked = checked;
  const line = make("label", { class: "option" }, input, make("bdi", {}, text));
  if (given && !checked) line.append(make("span", { class: "faint" }, "was"));
  return line;
}

function why(quote) {
  const rows = [];
  const row = (name, ...content) => rows.push(make("div", {}, make("dt", {}, name), make("dd", {}, ...content)));
  if (quote.rule) row("Rule", quote.rule);
  if (quote.mention) row("Mention", make("span", { class: "mention" }, quote.mention.text));
  if (quote.cue) row("Cue", make("span", { class: "cue" }, quote.cue.text));
  for (const [name, sign] of [["Spoke for it", 1], ["Spoke against it", -1]]) {
    const words = quote.evidence.filter((item) => item.weight * sign > 0);
    if (!words.length) continue;
    row(
      `${name}`,
      ...words.flatMap((item) => [
        make(
          "span",
          { class: "word", title: item.in_quote ? "in the quote" : "around the quote" },
          item.in_quote ? item.word : `[${item.word}]`,
          make("span", { class: "faint" }, ` ${item.weight > 0 ? "+" : "−"}${Math.abs(item.weight).toFixed(1)}`),
        ),
        " ",
      ]),
    );
  }
  return rows;
}
