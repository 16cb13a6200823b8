// The person's own history: of the browser's engine it lies in this browser, and nowhere else; of the server's engines
// in the lake, for this person alone.

import { button, element, moment } from "./dom.js";

const KEY = "pipeline.explore.history";
const DRAFT = "pipeline.explore.draft";
const MOST = 100;

export function remember(entry) {
  const kept = [entry, ...entries().filter((one) => one.sql !== entry.sql)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full, or switched off: then there is none.
  }
}

export function entries() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.sql === "string") : [];
  } catch {
    return [];
  }
}

// What was written last outlives a tab that the browser has put away.
export function draft(text) {
  try {
    if (text !== undefined) sessionStorage.setItem(DRAFT, text);
    return sessionStorage.getItem(DRAFT);
  } catch {
    return null;
  }
}

export class History {
  // ``ask`` gives what the server answers to a request.
  constructor(say, open, ask) {
    Object.assign(this, { say, open, ask, past: [], note: "" });
    this.box = element("details", { className: "history" });
    this.box.ontoggle = () => this.box.open && this.look({ kind: "past" });
    this.draw();
  }

  async look(request) {
    try {
      this.past = (await this.ask(request)).head.past;
      this.note = "";
    } catch (problem) {
      this.note = problem.told?.title ?? this.say(problem.key ?? "connection_lost");
    }
    this.draw();
  }

  draw() {
    const here = entries().map((one) => ({ ...one, engine: "browser" }));
    const known = [...here, ...this.past.map((one) => ({ ...one, at: Date.parse(one.at), problem: one.code !== "" }))];
    known.sort((one, other) => other.at - one.at);
    const clear = button(this.say("history_clear"), () => {
      localStorage.removeItem(KEY);
      if (this.past.length) this.look({ kind: "clear_past" });
      else this.draw();
    });
    const body = known.length ? [element("ul", {}, ...known.map((one) => this.line(one))), clear] : [element("p", {}, this.say("history_none"))];
    const where = element("p", {}, this.say("history_where"));
    this.box.replaceChildren(element("summary", {}, this.say("history")), where, element("p", {}, this.note), ...body);
  }

  line(one) {
    const rows = one.rows === null ? "" : this.say("rows", { rows: one.rows });
    const facts = [moment(one.at), this.say(`engine_${one.engine}`), one.cancelled ? this.say("cancelled") : one.problem ? this.say("failed_then") : rows];
    const told = facts.filter(Boolean).join(" · ");
    return element("li", {}, button(one.sql, () => this.open(one.sql)), element("small", {}, told));
  }
}
