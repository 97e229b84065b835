// The article and the roster: pasted, dropped, opened or chosen, and checked before they are sent.

import * as api from "/static/api.js";
import { make } from "/static/marked.js";

const element = (id) => document.getElementById(id);

export class Input {
  constructor() {
    this.article = element("article");
    this.roster = element("roster");
    this.choice = element("roster-choice");
    this.rosters = [];
    this.name = "article";
    const { bodyBytes, limit } = element("main").dataset;
    this.limit = { bytes: Number(bodyBytes), text: limit };
    this.#files();
    this.#rosterEvents();
    element("example").addEventListener("click", async () => {
      await this.guarded(async () => this.#put(await api.example(), "example"));
    });
  }

  async guarded(task) {
    try {
      await task();
    } catch (error) {
      if (error.name !== "AbortError") this.complain(error.message, error.where);
    }
  }

  complain(message, where = "article") {
    if (where === "roster") {
      this.#rosterWrong(message);
      element("roster-box").open = true;
      this.roster.focus();
    } else {
      element("error").textContent = message;
      if (where === "article") this.article.focus();
    }
  }

  calm() {
    element("error").textContent = "";
    this.#rosterFine();
  }

  // The body of /api/analyze.
  request() {
    return {
      article: this.article.value,
      roster: this.#rosterText(),
      model: element("model")?.value ?? null,
      explain: element("explain").checked,
    };
  }

  async loadRosters() {
    this.rosters = await api.rosters();
    this.choice.replaceChildren(...this.rosters.map(({ name }) => make("option", { value: name }, name)));
    this.choice.append(make("option", { value: "" }, "a new one"));
    const chosen = this.rosters.find((roster) => roster.default) ?? this.rosters[0];
    this.choice.value = chosen.name;
    await this.#chooseRoster();
  }

  #put(text, name) {
    this.article.value = text;
    this.name = name;
    this.calm();
    this.article.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
  }

  async #read(file) {
    if (file.size > this.limit.bytes) {
      this.complain(`${file.name} is larger than ${this.limit.text}; take a part of it.`);
      return;
    }
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      if (text.includes("\0")) throw new TypeError();
      this.#put(text, file.name.replace(/\.[^.]*$/, "") || "article");
    } catch {
      this.complain(`${file.name} is no UTF-8 text; save it as plain text (UTF-8).`);
    }
  }

  #files() {
    const drop = element("drop");
    const file = element("file");
    element("open").addEventListener("click", () => file.click());
    file.addEventListener("change", async () => {
      if (file.files.length) await this.#read(file.files[0]);
      file.value = "";
    });
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    drop.addEventListener("dragleave", (event) => {
      if (!drop.contains(event.relatedTarget)) drop.classList.remove("over");
    });
    drop.addEventListener("drop", async (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const [dropped] = event.dataTransfer.files;
      const text = event.dataTransfer.getData("text/plain");
      if (dropped) await this.#read(dropped);
      else if (text) this.#put(text, "article");
    });
    // A file that misses the box shall not replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
    this.article.addEventListener("paste", () => (this.name = "article"));
  }

  #shipped() {
    return this.rosters.find((roster) => roster.name === this.choice.value);
  }

  #rosterText() {
    const shipped = this.#shipped();
    if (shipped?.default && this.roster.value === shipped.toml) return null;
    return this.roster.value;
  }

  #rosterEvents() {
    this.choice.addEventListener("change", () => this.guarded(() => this.#chooseRoster()));
    let timer;
    this.roster.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#check(), 400);
    });
  }

  async #chooseRoster() {
    this.roster.value = this.#shipped()?.toml ?? '[[speaker]]\nname = ""\nnames = []\noffices = []\npronouns = []\n';
    await this.#check();
  }

  async #check() {
    this.aborter?.abort();
    this.aborter = new AbortController();
    const shipped = this.#shipped();
    try {
      const { speakers, error } = await api.checkRoster(this.roster.value, this.aborter.signal);
      if (error) {
        this.#rosterWrong(error);
        return;
      }
      this.#rosterFine();
      const names = speakers.map(({ name }) => name);
      const shown = names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
      const edited = shipped?.toml === this.roster.value ? "" : " (edited)";
      element("roster-summary").textContent = shown + edited;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#rosterWrong(error.message);
    }
  }

  #rosterWrong(message) {
    element("roster-error").textContent = message;
    element("roster-summary").textContent = "has an error";
    this.roster.setAttribute("aria-invalid", "true");
  }

  #rosterFine() {
    element("roster-error").textContent = "";
    this.roster.removeAttribute("aria-invalid");
  }
}
