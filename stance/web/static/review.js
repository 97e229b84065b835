// An analysed article and the corrections of its reader. No page here, only data.

export const STANCES = ["conciliatory", "assertive", "neutral"];
export const ICONS = { conciliatory: "●", assertive: "▲", neutral: "■", uncertain: "?" };
export const OTHER = "Other"; // somebody who is not on the roster
export const UNKNOWN = "Unknown"; // nobody is named

const keyOf = (quote) => `${quote.start}-${quote.end}`;

export class Review {
  // `before`: a review whose corrections are kept where they still fit.
  constructor(article, answer, before = null) {
    this.article = article;
    this.quotes = answer.quotes;
    this.speakers = answer.speakers;
    this.threshold = before?.threshold ?? 0;
    this.changes = new Map(); // key of a quote → {speaker?, stance?, dropped?}
    if (before?.article !== article) return;
    for (const quote of this.quotes) {
      const change = before.changes.get(keyOf(quote));
      if (!change) continue;
      const kept = { ...change };
      if (kept.speaker !== undefined && !this.choices().includes(kept.speaker)) delete kept.speaker;
      if (Object.keys(kept).length) this.changes.set(keyOf(quote), kept);
    }
  }

  choices() {
    return [...this.speakers, OTHER, UNKNOWN];
  }

  given(index) {
    const quote = this.quotes[index];
    return { speaker: quote.speaker ?? (quote.mention ? OTHER : UNKNOWN), stance: quote.stance, dropped: false };
  }

  change(index) {
    return this.changes.get(keyOf(this.quotes[index])) ?? {};
  }

  current(index) {
    return { ...this.given(index), ...this.change(index) };
  }

  // A value as the analysis gave it is no correction.
  correct(index, name, value) {
    const change = { ...this.change(index), [name]: value };
    if (this.given(index)[name] === value) delete change[name];
    if (Object.keys(change).length) this.changes.set(keyOf(this.quotes[index]), change);
    else this.changes.delete(keyOf(this.quotes[index]));
  }

  undo(index) {
    this.changes.delete(keyOf(this.quotes[index]));
  }

  undoAll() {
    this.changes.clear();
  }

  probability(index) {
    const change = this.change(index);
    return change.stance === undefined ? this.quotes[index].probabilities[this.quotes[index].stance] : 1;
  }

  // The stance to show: uncertain below the threshold, unless a reader chose it.
  shownStance(index) {
    return this.probability(index) < this.threshold ? "uncertain" : this.current(index).stance;
  }

  // The source in words: a name on the roster, else the mention in brackets.
  shownSpeaker(index) {
    const { speaker } = this.current(index);
    if (this.speakers.includes(speaker)) return speaker;
    const mention = this.quotes[index].mention;
    if (speaker === UNKNOWN) return "(unknown)";
    return mention ? `(${mention.text.split(/\s+/).join(" ")})` : "(somebody else)";
  }

  // The body of /api/export.
  exportRequest(format, name) {
    const quotes = [];
    const terms = [];
    this.quotes.forEach((quote, index) => {
      const { speaker, stance, dropped } = this.current(index);
      const change = this.change(index);
      if (dropped) {
        terms.push({ start: quote.start, end: quote.end });
        return;
      }
      quotes.push({
        ...quote,
        stance,
        speaker: format === "gold" || change.speaker !== undefined ? speaker : quote.speaker,
        rule: change.speaker === undefined ? quote.rule : "corrected",
        probabilities:
          change.stance === undefined
            ? quote.probabilities
            : Object.fromEntries(STANCES.map((label) => [label, label === stance ? 1 : 0])),
        evidence: change.stance === undefined ? quote.evidence : [],
      });
    });
    return { format, name, article: this.article, quotes, terms, threshold: this.threshold };
  }
}
