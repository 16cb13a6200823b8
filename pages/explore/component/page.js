// The page's part that runs in the browser: draws it, runs what the person asks for, and says how it went.

import { Chart } from "./chart.js";
import { button, copy, element } from "./dom.js";
import { Editor } from "./editor.js";
import { ask, cancel, end, isCrash, send, start, Told } from "./engine.js";
import { exported } from "./files.js";
import { Grid } from "./grid.js";
import { History, remember } from "./history.js";
import { Result } from "./result.js";
import { Schema } from "./schema.js";
import { shaped } from "./shape.js";
import { named, statements } from "./sql.js";
import { fetchTables, forgetOthers, register } from "./tables.js";
import styles from "./style.css";

const LONGEST_ADDRESS = 6_000;
const MEMORY = /out of memory|memory limit|failed to allocate|could not allocate|allocation fail/i;
// What is being written outlives the page: whoever comes back finds it.
let draft = null;

export class Page {
  constructor(component) {
    this.component = component;
    this.say = (key, values = {}) => this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    this.words = component.data.words;
    this.task = null;
    this.draw(component.parentElement);
    this.update(component);
    this.prepare();
  }

  draw(root) {
    const { say } = this;
    this.status = element("div", { className: "status", role: "status" });
    this.problem = element("div", { className: "problem", role: "alert", hidden: true });
    this.schema = new Schema(say, { insert: (text) => this.editor.insert(text), open: (sql) => (this.editor.text = sql) });
    this.history = new History(say, (sql) => (this.editor.text = sql));
    this.grid = new Grid(say);
    this.chart = new Chart(say);
    const written = element("div", { className: "editor" });
    const results = [this.problem, this.status, this.grid.box, this.chart.box, this.history.box];
    const main = element("div", { className: "main" }, ...this.shared(), written, this.bar(), ...results);
    this.box = element("div", { className: "explore" }, element("style", {}, styles), this.schema.box, main);
    root.append(this.box);
    const changed = (text) => (draft = text);
    const run = () => this.run();
    const text = this.sharedSql ?? draft ?? firstExample(this.component.data.tables);
    this.editor = new Editor(written, root.getRootNode(), { text, label: say("editor"), run, changed });
  }

  // Somebody else's SQL is shown and waits: only the person who reads it runs it.
  shared() {
    this.sharedSql = new URLSearchParams(location.search).get("sql");
    if (!this.sharedSql) return [];
    const box = element("div", { className: "shared", role: "note" }, element("p", {}, this.say("shared")));
    const ran = button(this.say("run_shared"), () => this.runShared(box), { className: "primary" });
    box.append(element("pre", {}, this.sharedSql), ran);
    return [box];
  }

  // What it has left in the engine (a macro by a function's name, a view by a table's) ends with it.
  async runShared(box) {
    box.remove();
    await this.run();
    if (!this.engine) return;
    end(this.engine, new Told("crashed"));
    start(this.component.data.files).catch(() => {});
  }

  bar() {
    const { say } = this;
    this.runs = button(say("run"), () => this.run(), { className: "primary", title: say("run_keys") });
    this.stops = button(say("stop"), () => this.stop(), { disabled: true });
    this.others = [
      button(say("plan"), () => this.run("plan")),
      button("CSV", () => this.run("csv"), { "aria-label": say("export", { kind: "CSV" }) }),
      button("Parquet", () => this.run("parquet"), { "aria-label": say("export", { kind: "Parquet" }) }),
    ];
    const share = button(say("share"), () => this.share());
    return element("div", { className: "bar" }, this.runs, this.stops, ...this.others, share);
  }

  update(component) {
    this.component = component;
    const { tables } = component.data;
    if (JSON.stringify(tables) === this.shown) return;
    this.shown = JSON.stringify(tables);
    this.tables = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
    forgetOthers(tables);
    this.schema.show(tables);
    this.editor.offer(tables);
  }

  async prepare() {
    this.tell(this.say("starting"));
    try {
      const engine = await start(this.component.data.files);
      if (!this.task) this.tell(this.say("ready", { seconds: seconds(engine.ms) }));
    } catch (problem) {
      if (!this.task) this.fail(problem);
    }
  }

  async run(form = "rows") {
    const parts = statements(this.editor.chosen);
    if (this.task || !parts.length) return;
    const begun = performance.now();
    this.stopped = false;
    this.busy(true);
    this.task = this.act(parts, form);
    try {
      const told = await this.task;
      this.go();
      this.tell(this.say("took", { ...told, seconds: seconds(performance.now() - begun) }));
      remember({ at: Date.now(), sql: parts.join(";\n"), rows: told.count });
    } catch (problem) {
      this.fail(this.stopped ? new Told("cancelled") : problem);
      remember({ at: Date.now(), sql: parts.join(";\n"), problem: true });
    }
    this.task = null;
    this.busy(false);
    this.history.draw();
  }

  async act(parts, form) {
    const tables = [...named(parts.join(";\n"), this.tables)].map((name) => this.tables.get(name));
    const size = tables.reduce((sum, table) => sum + table.size, 0);
    if (size > this.component.data.most) throw new Told("too_large", bytes(size));
    this.tell(this.say("starting"));
    await this.begin();
    this.go();
    this.tell(this.say("fetching"));
    await fetchTables(tables, (wanted) => this.component.setStateValue("want", wanted));
    this.go();
    const engine = await this.given(tables);
    this.go();
    this.tell(this.say("running"));
    if (form === "plan") return this.plan(engine, parts.at(-1), size);
    if (form === "rows") return this.rows(engine, parts, size);
    await exported(engine, parts.at(-1), form);
    return { rows: this.say("saved"), bytes: bytes(size), count: null };
  }

  async begin() {
    return (this.engine = await start(this.component.data.files));
  }

  // An engine that does not do what the page asks of it is one that earlier SQL has broken (its log to where it may not
  // write): a new one does.
  async given(tables) {
    try {
      await register(this.engine, tables);
    } catch {
      end(this.engine, new Told("crashed"));
      await register(await this.begin(), tables);
    }
    return this.engine;
  }

  // Whoever has cancelled gets no part of a result.
  go() {
    if (this.stopped) throw new Told("cancelled");
  }

  async rows(engine, parts, size) {
    let result;
    for (const part of parts) {
      const { sql, names } = await shaped(engine, part);
      result = new Result(names);
      await send(engine, sql, (batch, schema) => result.take(batch, schema));
    }
    this.chart.show(result);
    this.grid.show(result);
    const rows = this.say(result.whole ? "rows" : "first_rows", { rows: result.rows.length.toLocaleString() });
    return { rows, bytes: bytes(size), count: result.rows.length };
  }

  async plan(engine, sql, size) {
    const lines = (await ask(engine, `explain ${sql}`)).toArray().map((row) => row.toJSON().explain_value);
    this.chart.clear();
    this.grid.clear();
    this.grid.box.append(element("pre", { className: "plan", tabIndex: 0 }, lines.join("\n")));
    return { rows: this.say("plan"), bytes: bytes(size), count: null };
  }

  async stop() {
    this.stopped = true;
    this.stops.disabled = true;
    this.tell(this.say("stopping"));
    if (this.task && this.engine) await cancel(this.engine, this.task);
  }

  async share() {
    const address = new URL(location.pathname, location.origin);
    address.searchParams.set("sql", this.editor.text);
    if (document.documentElement.lang === "en") address.searchParams.set("lang", "en");
    if (address.href.length > LONGEST_ADDRESS) return this.tell(this.say("share_long"));
    await copy(address.href);
    return this.tell(this.say("share_done"));
  }

  busy(is) {
    this.runs.disabled = is;
    this.stops.disabled = !is;
    for (const other of this.others) other.disabled = is;
    this.box.dataset.busy = String(is);
    if (is) this.problem.hidden = true;
  }

  tell(text) {
    this.status.textContent = text;
  }

  fail(problem) {
    const key = reason(problem);
    this.chart.clear();
    this.grid.clear();
    this.status.textContent = "";
    const detail = problem instanceof Told ? problem.detail : String(problem?.message ?? problem);
    const parts = [element("b", {}, this.say(key)), element("p", {}, this.say(`${key}_step`))];
    if (detail) parts.push(element("pre", {}, detail));
    this.problem.replaceChildren(...parts);
    this.problem.hidden = false;
    // An engine that broke answers nothing any more: a new one is ready for the next query.
    if (this.engine && (key === "crashed" || key === "memory")) end(this.engine, new Told("crashed"));
    if (key === "crashed" || key === "memory" || key === "cancelled") start(this.component.data.files).catch(() => {});
  }

  leave() {
    this.editor.end();
    this.box.remove();
  }
}

function firstExample(tables) {
  return tables[0]?.examples[0]?.sql ?? "select 1";
}

function reason(problem) {
  if (problem instanceof Told) return problem.key;
  const text = String(problem?.message ?? problem);
  // Such a message quotes the SQL, whose own names may sound like any other end.
  if (/^(Binder|Catalog|Parser) Error/.test(text)) return "sql_failed";
  if (MEMORY.test(text)) return "memory";
  if (/^INTERRUPT Error/i.test(text)) return "cancelled";
  // A sum of 38 digits has no 39th to grow into.
  if (/overflow|out of range/i.test(text)) return "overflow";
  return isCrash(problem) ? "crashed" : "sql_failed";
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

function bytes(size) {
  return size < 1_048_576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1_048_576).toFixed(1)} MB`;
}
