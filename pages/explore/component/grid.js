// The grid of a result: a page of rows at a time, sorted by a press of a column's name.

import { button, copy, element } from "./dom.js";

const PAGE = 100;
// More make a browser stand still; a file has all of them.
const MOST_COLUMNS = 200;

export class Grid {
  constructor(say) {
    this.say = say;
    this.order = null;
    this.box = element("div", { className: "grid" });
  }

  show(result) {
    this.result = result;
    this.rows = result?.rows ?? [];
    this.order = null;
    this.page = 0;
    this.draw();
  }

  clear() {
    this.result = null;
    this.box.replaceChildren();
  }

  draw() {
    if (!this.result) return;
    const rows = this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE);
    const head = element("tr", {}, ...this.columns.map((column, at) => this.heading(column, at)));
    const body = rows.map((row) => element("tr", {}, ...row.slice(0, MOST_COLUMNS).map((cell, at) => this.cell(cell, at))));
    const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
    const scrolled = element("div", { className: "scrolled", tabIndex: 0, role: "region", "aria-label": this.say("result") }, table);
    this.box.replaceChildren(scrolled, this.foot());
  }

  get columns() {
    return this.result.columns.slice(0, MOST_COLUMNS);
  }

  heading(column, at) {
    const mark = this.order?.at === at ? (this.order.down ? " ↓" : " ↑") : "";
    const sort = button(column.name + mark, () => this.sort(at), { title: column.type });
    const state = mark ? (this.order.down ? "descending" : "ascending") : "none";
    return element("th", { scope: "col", "aria-sort": state, className: column.numeric ? "number" : "" }, sort);
  }

  cell(text, at) {
    if (text === null) return element("td", { className: this.result.columns[at].numeric ? "null number" : "null" }, "NULL");
    return element("td", { className: this.result.columns[at].numeric ? "number" : "", title: cut(text, 2000) }, cut(text, 500));
  }

  sort(at) {
    const down = this.order?.at === at && !this.order.down;
    this.order = { at, down };
    this.rows = this.result.sorted(at, down);
    this.page = 0;
    this.draw();
  }

  foot() {
    const last = Math.max(0, Math.ceil(this.rows.length / PAGE) - 1);
    const turn = (page) => {
      this.page = page;
      this.draw();
    };
    const first = this.rows.length ? this.page * PAGE + 1 : 0;
    const shown = { from: first, to: Math.min(this.rows.length, (this.page + 1) * PAGE), all: this.rows.length.toLocaleString() };
    const pages = [
      button(this.say("previous"), () => turn(this.page - 1), { disabled: this.page === 0 }),
      button(this.say("next"), () => turn(this.page + 1), { disabled: this.page === last }),
    ];
    const copied = button(this.say("copy"), async () => {
      await copy(this.result.copied);
      copied.textContent = this.say("copied");
    });
    const all = this.result.columns.length;
    const cut = all > MOST_COLUMNS ? [element("span", {}, this.say("columns_cut", { all, shown: MOST_COLUMNS }))] : [];
    return element("div", { className: "bar" }, element("span", {}, this.say(this.result.whole ? "shown" : "shown_first", shown)), ...cut, ...(last ? pages : []), copied);
  }
}

// The first letters of a text, none of them half.
function cut(text, most) {
  return text.length > most ? text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "") : text;
}
