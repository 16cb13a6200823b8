// The tree of tables: columns with types, a search, and examples to begin with.

import { button, element } from "./dom.js";
import { quoted } from "./sql.js";

export class Schema {
  constructor(say, { insert, open }) {
    this.say = say;
    this.insert = insert;
    this.open = open;
    this.list = element("div", { className: "tables" });
    const search = element("input", { type: "search", placeholder: say("search"), "aria-label": say("search") });
    search.oninput = () => this.draw(search.value.trim().toLowerCase());
    this.box = element("nav", { className: "schema", "aria-label": say("tables") }, search, this.list);
  }

  show(tables) {
    this.tables = tables;
    this.draw("");
  }

  draw(searched) {
    const found = this.tables.map((table) => this.table(table, searched)).filter(Boolean);
    this.list.replaceChildren(...(found.length ? found : [element("p", {}, this.say("nothing_found"))]));
  }

  table(table, searched) {
    const whole = !searched || table.name.toLowerCase().includes(searched);
    const columns = whole ? table.columns : table.columns.filter(([name]) => name.toLowerCase().includes(searched));
    if (!columns.length) return null;
    const facts = element("small", {}, this.say("table_facts", { rows: table.rows, shown_size: table.shown_size }));
    const examples = table.examples.map((example) => button(example.title, () => this.open(example.sql), { className: "example" }));
    const open = searched !== "" || this.tables.length === 1;
    return element(
      "details",
      { open },
      element("summary", {}, element("b", {}, table.name), " ", facts),
      element("div", { className: "examples" }, ...examples),
      ...columns.map(([name, type]) => this.column(name, type)),
    );
  }

  column(name, type) {
    const insert = button(name, () => this.insert(quoted(name)), { title: this.say("insert", { name }) });
    return element("div", { className: "column" }, insert, element("small", {}, type));
  }
}
