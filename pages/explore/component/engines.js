// Which engine a query goes to, and why: the person's own browser as long as it can, the server where it cannot.

import { element } from "./dom.js";

// It outlives the page, as the SQL does.
let chosen = "auto";

export class Engines {
  // ``offered``: the server's engines; ``changed`` is called when the person has chosen.
  constructor(say, offered, changed) {
    this.say = say;
    this.offered = offered;
    this.broken = "";
    const names = ["auto", "browser", ...offered];
    const options = names.map((name) => element("option", { value: name }, say(`engine_${name}`)));
    const chose = () => ((chosen = this.select.value), changed());
    this.select = element("select", { "aria-label": say("engine"), onchange: chose }, ...options);
    this.select.value = names.includes(chosen) ? chosen : "auto";
    this.where = element("p", { className: "where" });
    this.box = element("label", { className: "engine" }, element("span", {}, say("engine")), this.select);
  }

  // The engine for tables of so many bytes together.
  of(size, most) {
    if (this.select.value !== "auto") return this.select.value;
    return this.offered.length && (this.broken || size > most) ? this.offered[0] : "browser";
  }

  show(size, most, shown, usd) {
    const engine = this.of(size, most);
    const why = this.broken ? "why_broken" : size > most ? "why_large" : "why_small";
    const led = this.select.value === "auto" ? `${this.say(why, { size: shown, engine: this.say(`engine_${engine}`) })} ` : "";
    // At least 10 MB are charged. Source: Amazon Athena pricing.
    const cost = ((Math.max(size, 1e7) / 1e12) * usd).toFixed(6);
    const priced = engine === "athena" ? ` ${this.say("estimate", { bytes: shown, cost })}` : "";
    this.where.textContent = led + this.say(`where_${engine}`) + priced;
  }
}
