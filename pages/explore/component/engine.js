// The engine: booted once a document, locked before it sees a person's SQL, ended and booted anew when it does not stop.

import { AsyncDuckDB, VoidLogger } from "@duckdb/duckdb-wasm";

// Scans and joins stop within a tenth of a second; for what does not, nobody should wait half a second.
export const PATIENCE_MS = 250;
const ALIVE_MS = 5_000;
// Whole as they are loaded, so that nothing is looked for elsewhere; the order is what the lock leans on.
const LOCKS = [
  "set allowed_directories=['lake/','out/']",
  "set autoload_known_extensions=false",
  "set autoinstall_known_extensions=false",
  "set enable_external_access=false",
  "set lock_configuration=true",
];

// What the page tells in words of its own; ``detail`` is the engine's.
export class Told extends Error {
  constructor(key, detail = "") {
    super(detail || key);
    this.key = key;
    this.detail = detail;
  }
}

let running = null;

export function start(files) {
  running ??= boot(files).catch((problem) => {
    running = null;
    throw problem;
  });
  return running;
}

export function isCrash(problem) {
  const text = String(problem?.message ?? problem);
  return problem instanceof WebAssembly.RuntimeError || /out of bounds|unreachable|RuntimeError|Aborted/.test(text);
}

async function boot(files) {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") throw new Told("no_wasm");
  const begun = performance.now();
  const worker = new Worker(files.worker);
  const ended = new Promise((_, reject) => {
    worker.addEventListener("error", (event) => reject(new Told("failed", event.message ?? "")));
    worker.end = (problem) => reject(problem);
  });
  ended.catch(() => {});
  const db = new AsyncDuckDB(new VoidLogger(), worker);
  const engine = { db, worker, ended, tables: new Map(), files };
  try {
    await Promise.race([open(engine), ended]);
  } catch (problem) {
    worker.terminate();
    throw problem instanceof Told ? problem : new Told("failed", String(problem?.message ?? problem));
  }
  return Object.assign(engine, { ms: Math.round(performance.now() - begun) });
}

async function open(engine) {
  const { db, files } = engine;
  await db.instantiate(new URL(files.engine, location.origin).href);
  const connection = (engine.connection = await db.connect());
  const home = new URL(files.extensions, location.origin).href;
  await connection.query(`set custom_extension_repository='${home}'`);
  for (const extension of ["json", "parquet"]) await connection.query(`load ${extension}`);
  for (const lock of LOCKS) await connection.query(lock);
}

// End the worker; whoever waits for it is told ``problem``.
export function end(engine, problem) {
  running = null;
  engine.worker.end(problem);
  engine.worker.terminate();
}

// One statement: ``each`` gets every batch and says whether to go on.
export async function send(engine, sql, each) {
  await Promise.race([read(engine.connection, sql, each), engine.ended]);
}

async function read(connection, sql, each) {
  const reader = await connection.send(sql, true);
  for await (const batch of reader) {
    if (!each(batch)) {
      await connection.cancelSent();
      return;
    }
  }
  each(null, reader.schema);
}

// A small question of the page's own.
export async function ask(engine, sql) {
  return Promise.race([engine.connection.query(sql), engine.ended]);
}

// Stop what runs: kindly, and when that does nothing by ending the worker. ``done`` settles when it has stopped.
export async function cancel(engine, done) {
  engine.connection.cancelSent().catch(() => {});
  const late = Symbol("late");
  const waited = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, late));
  const first = await Promise.race([done.then(() => true, () => true), waited]);
  if (first === late) end(engine, new Told("cancelled"));
}

// Whether it still answers: a browser may have ended the worker of a tab that slept.
export async function isAlive(engine) {
  const late = new Promise((resolve) => setTimeout(resolve, ALIVE_MS, false));
  return Promise.race([ask(engine, "select 1").then(() => true, () => false), late]);
}
