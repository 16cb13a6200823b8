// The page's part that runs in the browser: draws it, runs what the person asks for, and says how it went.

import { Chart } from "./chart.js";
import { button, copy, element } from "./dom.js";
import { Editor } from "./editor.js";
import { cancel, end, isAlive, start, Told } from "./engine.js";
import { Engines } from "./engines.js";
import { reason, told } from "./faults.js";
import { Grid } from "./grid.js";
import { draft, History, remember } from "./history.js";
import { Fields, filled } from "./parameters.js";
import { bytes, inBrowser, onServer } from "./runs.js";
import { Saved } from "./saved.js";
import { Schema } from "./schema.js";
import { askServer, cancelAsked } from "./server.js";
import { named, statements } from "./sql.js";
import { forgetOthers } from "./tables.js";
import styles from "./style.css";

const LONGEST_ADDRESS = 6_000;
// Where the browser cannot go on, the server may.
const FOR_SERVER = new Set(["no_wasm", "memory", "crashed", "failed", "too_large", "no_tables_came", "xlsx_large"]);

export class Page {
  constructor(component) {
    this.component = component;
    this.words = component.data.words;
    this.say = (key, values = {}) => this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    this.toServer = (value) => this.component.setStateValue("ask", value);
    this.task = null;
    this.draw(component.parentElement);
    this.update(component);
    this.woken = () => document.visibilityState === "visible" && this.wake();
    document.addEventListener("visibilitychange", this.woken);
    this.prepare();
  }

  get data() {
    return this.component.data;
  }

  draw(root) {
    const { say } = this;
    const ask = (request) => askServer(this.toServer, request);
    const open = (text) => (this.editor.text = text);
    const current = () => ({ sql: this.editor.text, parameters: this.fields.of(this.editor.text) });
    this.status = element("div", { className: "status", role: "status" });
    this.problem = element("div", { className: "problem", role: "alert", hidden: true });
    this.schema = new Schema(say, { insert: (text) => this.editor.insert(text), open });
    this.history = new History(say, open, ask);
    this.saved = new Saved(say, { ask, current, open: (one) => (this.fields.set(one.parameters), open(one.sql)) });
    this.engines = new Engines(say, this.data.engines, () => this.choose());
    this.fields = new Fields(say);
    this.grid = new Grid(say);
    this.chart = new Chart(say);
    const written = element("div", { className: "editor" });
    const results = [this.problem, this.status, this.grid.box, this.chart.box, this.saved.box, this.history.box];
    const asked = [...this.shared(), written, this.fields.box, this.bar(), this.engines.where];
    const main = element("div", { className: "main" }, ...asked, ...results);
    this.box = element("div", { className: "explore" }, element("style", {}, styles), this.schema.box, main);
    root.append(this.box);
    const text = this.sharedSql ?? draft() ?? firstExample(this.data.tables);
    const changed = () => this.changed();
    this.editor = new Editor(written, root.getRootNode(), { text, label: say("editor"), run: () => this.run(), changed });
  }

  changed() {
    draft(this.editor.text);
    this.fields.show(this.editor.text);
    this.choose();
  }

  // Somebody else's SQL is shown and waits: only the person who reads it runs it.
  shared() {
    const address = new URLSearchParams(location.search);
    this.sharedSql = address.get("sql");
    if (!this.sharedSql) return [];
    const values = [...address].filter(([key]) => key.startsWith("p.")).map(([key, value]) => [key.slice(2), value]);
    this.fields.set(Object.fromEntries(values));
    const box = element("div", { className: "shared", role: "note" }, element("p", {}, this.say("shared")));
    const ran = button(this.say("run_shared"), () => this.runShared(box), { className: "primary" });
    box.append(element("pre", {}, this.sharedSql), ran);
    return [box];
  }

  // What it has left in the engine (a macro by a function's name, a view by a table's) ends with it.
  async runShared(box) {
    box.remove();
    await this.run();
    if (!this.engine || this.running !== "browser") return;
    end(this.engine, new Told("crashed"));
    start(this.data.files).catch(() => {});
  }

  bar() {
    const { say } = this;
    this.runs = button(say("run"), () => this.run(), { className: "primary", title: say("run_keys") });
    this.stops = button(say("stop"), () => this.stop(), { disabled: true });
    const file = (kind) => button(kind, () => this.run(kind.toLowerCase()), { "aria-label": say("export", { kind }) });
    this.others = [button(say("plan"), () => this.run("plan")), ...["CSV", "Parquet", "XLSX"].map(file)];
    const share = button(say("share"), () => this.share());
    return element("div", { className: "bar" }, this.runs, this.stops, this.engines.box, ...this.others, share);
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
    this.fields.show(this.editor.text);
    this.choose();
  }

  // The tables that a text names.
  named(text) {
    return [...named(text, this.tables)].map((name) => this.tables.get(name));
  }

  choose() {
    if (!this.tables) return;
    const size = this.named(this.editor.text).reduce((sum, table) => sum + table.size, 0);
    this.engines.show(size, this.data.most, bytes(size), this.data.usd);
  }

  async prepare() {
    this.tell(this.say("starting"));
    try {
      const engine = (this.engine = await start(this.data.files));
      if (!this.ran) this.tell(this.say("ready", { seconds: seconds(engine.ms) }));
    } catch (problem) {
      this.engines.broken = reason(problem);
      this.choose();
      if (!this.ran) this.fail(problem, "rows");
    }
  }

  // Of a tab that slept the browser may have ended the worker.
  async wake() {
    if (this.task || !this.engine || (await isAlive(this.engine)) || this.task) return;
    end(this.engine, new Told("crashed"));
    this.ran = false;
    await this.prepare();
    if (!this.ran) this.tell(this.say("woken"));
  }

  async run(form = "rows", wanted = null) {
    const text = this.editor.chosen;
    if (this.task) return;
    if (!statements(text).length) return this.fail(new Told("empty"), form);
    const tables = this.named(text);
    const size = tables.reduce((sum, table) => sum + table.size, 0);
    const engine = wanted ?? this.engines.of(size, this.data.most);
    const begun = performance.now();
    this.stopped = false;
    // What a query says is not written over by an engine that gets ready meanwhile.
    this.ran = true;
    this.running = engine;
    this.busy(true);
    this.task = this.act(engine, text, tables, form);
    const note = (more) => engine === "browser" && remember({ at: Date.now(), sql: text, ...more });
    try {
      const done = await this.task;
      this.go();
      this.show(done, performance.now() - begun);
      note({ rows: done.result?.rows.length ?? null });
    } catch (problem) {
      this.fail(this.stopped ? new Told("cancelled") : problem, form);
      note({ problem: true, cancelled: this.stopped });
    }
    this.task = null;
    this.busy(false);
    this.history.draw();
  }

  async act(engine, text, tables, form) {
    if (engine === "browser") return inBrowser(this, statements(filled(text, this.fields.values)), tables, form);
    const names = tables.map((table) => table.name);
    const asked = { kind: "query", sql: text, engine, form, tables: names, parameters: this.fields.of(text) };
    return onServer(this, asked);
  }

  // Whoever has cancelled gets no part of a result.
  go() {
    if (this.stopped) throw new Told("cancelled");
  }

  show(done, ms) {
    this.chart.clear();
    this.grid.clear();
    if (done.plan !== undefined) this.grid.box.append(element("pre", { className: "plan", tabIndex: 0 }, done.plan));
    if (done.result) {
      this.chart.show(done.result);
      this.grid.show(done.result);
    }
    const facts = [this.outcome(done), this.say("seconds", { seconds: seconds(ms) })];
    if (done.size) facts.push(this.say(this.running === "browser" ? "used" : "came", { bytes: bytes(done.size) }));
    if (done.scanned !== null && done.scanned !== undefined) {
      facts.push(this.say("scanned", { bytes: bytes(done.scanned), cost: done.cost ?? "?" }));
    }
    if (done.unkept) facts.push(this.say("unkept", { title: done.unkept }));
    this.tell(facts.join(this.say("between")));
  }

  outcome({ result, plan, cut, rows }) {
    if (plan !== undefined) return this.say("plan");
    if (result) return this.say(result.whole ? "rows" : "first_rows", { rows: result.rows.length.toLocaleString() });
    return cut ? this.say("saved_part", { rows: rows.toLocaleString() }) : this.say("saved_file");
  }

  async stop() {
    this.stopped = true;
    this.stops.disabled = true;
    this.tell(this.say("stopping"));
    if (this.running !== "browser") cancelAsked();
    else if (this.task && this.engine) await cancel(this.engine, this.task);
  }

  async share() {
    const address = new URL(location.pathname, location.origin);
    address.searchParams.set("sql", this.editor.text);
    for (const [name, value] of Object.entries(this.fields.of(this.editor.text))) address.searchParams.set(`p.${name}`, value);
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

  fail(problem, form) {
    const key = reason(problem);
    this.chart.clear();
    this.grid.clear();
    this.status.textContent = "";
    this.problem.replaceChildren(...told(this.say, problem, key), ...this.instead(key, form));
    this.problem.hidden = false;
    if (this.running !== "browser" && this.running) return;
    // An engine that broke answers nothing any more: a new one is ready for the next query.
    if (this.engine && (key === "crashed" || key === "memory")) end(this.engine, new Told("crashed"));
    if (key === "crashed" || key === "memory" || key === "cancelled") start(this.data.files).catch(() => {});
  }

  // What the browser cannot do, the server may: at a press, for the SQL goes there then.
  instead(key, form) {
    const there = this.data.engines[0];
    if (!FOR_SERVER.has(key) || !there) return [];
    return [button(this.say("run_there"), () => this.run(form, there), { title: this.say(`where_${there}`) })];
  }

  leave() {
    // Whoever has left sees no answer.
    if (this.running !== "browser" && this.task) cancelAsked();
    document.removeEventListener("visibilitychange", this.woken);
    this.editor.end();
    this.box.remove();
  }
}

function firstExample(tables) {
  return tables[0]?.examples[0]?.sql ?? "select 1";
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}
