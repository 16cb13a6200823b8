// The person's own history: it lies in this browser, and nowhere else.

import { button, element } from "./dom.js";

const KEY = "pipeline.explore.history";
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

export class History {
  constructor(say, open) {
    this.say = say;
    this.open = open;
    this.box = element("details", { className: "history" });
    this.draw();
  }

  draw() {
    const known = entries();
    const lines = known.map((one) => {
      const facts = one.problem ? this.say("failed_then") : this.say("rows", { rows: one.rows });
      const moment = new Date(one.at).toLocaleString(document.documentElement.lang || "ja", { timeZone: "Asia/Tokyo" });
      return element("li", {}, button(one.sql, () => this.open(one.sql)), element("small", {}, `${moment} JST · ${facts}`));
    });
    const clear = button(this.say("history_clear"), () => {
      localStorage.removeItem(KEY);
      this.draw();
    });
    const body = known.length ? [element("ul", {}, ...lines), clear] : [element("p", {}, this.say("history_none"))];
    this.box.replaceChildren(element("summary", {}, this.say("history")), element("p", {}, this.say("history_where")), ...body);
  }
}
