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

export function isHere(table) {
  return kept.has(table.identity);
}

// Give the engine the tables that it does not have in this version.
export async function register(engine, tables) {
  for (const table of tables) {
    const before = engine.tables.get(table.name);
    if (before?.identity === table.identity) continue;
    // A path of its own for each version: what the engine has cached of a path stays what it was.
    const path = `lake/${table.name}-${engine.tables.size}-${Date.now()}.parquet`;
    await engine.db.registerFileBuffer(path, kept.get(table.identity).slice());
    await ask(engine, `create or replace view ${quoted(table.name)} as select * from read_parquet('${path}')`);
    engine.tables.set(table.name, { identity: table.identity, path });
    if (before) await engine.db.dropFile(before.path);
  }
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
