// The tables' bytes: asked for over the session when a query names them, kept for this document, once a version.

import { ask, Told } from "./engine.js";
import { quoted } from "./sql.js";

const SECONDS = 120;
const kept = new Map();
const waiting = new Map();

// What is needed and not here; ``want`` tells the server all of it.
export async function fetchTables(tables, want) {
  const missing = tables.filter((table) => !kept.has(table.identity));
  if (!missing.length) return 0;
  const coming = missing.map((table) => arrival(table.identity));
  want([...waiting.keys()]);
  try {
    await Promise.race([Promise.all(coming), late()]);
  } finally {
    for (const table of missing) waiting.delete(table.identity);
    want([...waiting.keys()]);
  }
  return missing.reduce((sum, table) => sum + table.size, 0);
}

// A frame: its head's length (four bytes, little-endian), a head of JSON, and the files one behind the other.
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  const files = head.files.map((file) => {
    const part = bytes.slice(at, at + file.size);
    at += file.size;
    return { identity: file.identity, bytes: part };
  });
  return { files, problem: head.problem };
}

export function receive(bytes) {
  const { files, problem } = unpack(bytes);
  for (const file of files) {
    kept.set(file.identity, file.bytes);
    waiting.get(file.identity)?.resolve();
  }
  if (problem) for (const one of waiting.values()) one.reject(new Told("refused", problem));
}

export function forgetOthers(tables) {
  const current = new Set(tables.map((table) => table.identity));
  for (const identity of kept.keys()) if (!current.has(identity)) kept.delete(identity);
}

// Give the engine the tables that it does not have in this version. Each named one is made anew what it is: SQL that ran
// before may have left a transaction that failed, another schema, or something else by a table's name.
export async function register(engine, tables) {
  // To begin one where one is open is an error; by then there is one to end.
  await ask(engine, "begin").catch(() => {});
  await ask(engine, "rollback");
  await ask(engine, "use memory.main");
  for (const table of tables) {
    const before = engine.tables.get(table.name);
    const path = before?.identity === table.identity ? before.path : await bring(engine, table);
    await show(engine, table.name, path);
    if (before && before.path !== path) await engine.db.dropFile(before.path);
  }
}

async function bring(engine, table) {
  // A path of its own for each version: what the engine has cached of a path stays what it was.
  const path = `lake/${table.name}-${engine.tables.size}-${Date.now()}.parquet`;
  await engine.db.registerFileBuffer(path, kept.get(table.identity).slice());
  engine.tables.set(table.name, { identity: table.identity, path });
  return path;
}

async function show(engine, name, path) {
  for (const kind of ["view", "table"])
    for (const place of ["temp", "memory.main"])
      // To drop a view that is a table is an error.
      await ask(engine, `drop ${kind} if exists ${place}.${quoted(name)} cascade`).catch(() => {});
  await ask(engine, `create view memory.main.${quoted(name)} as select * from read_parquet('${path}')`);
}

function arrival(identity) {
  const before = waiting.get(identity);
  if (before) return before.promise;
  const one = {};
  one.promise = new Promise((resolve, reject) => Object.assign(one, { resolve, reject }));
  waiting.set(identity, one);
  return one.promise;
}

function late() {
  return new Promise((_, reject) => setTimeout(() => reject(new Told("no_tables_came")), SECONDS * 1000));
}
