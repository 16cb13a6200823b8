// How a query is run: in this browser's engine over the tables that it holds, or by the server over the same ones.

import { save } from "./dom.js";
import { ask, end, send, start, Told } from "./engine.js";
import { exported } from "./files.js";
import { Result } from "./result.js";
import { askServer } from "./server.js";
import { shaped } from "./shape.js";
import { tokens } from "./sql.js";
import { fetchTables, register } from "./tables.js";
import { workbook } from "./xlsx.js";

// ``page`` tells the state, hands values to the server, and says whether the person has stopped it.
export async function inBrowser(page, parts, tables, form) {
  const { files, most } = page.data;
  page.tell(page.say("starting"));
  page.engine = await start(files);
  page.go();
  tables = await needed(page.engine, parts, tables);
  const size = tables.reduce((sum, table) => sum + table.size, 0);
  if (size > most) throw new Told("too_large", bytes(size));
  page.tell(page.say("fetching"));
  await fetchTables(tables, (wanted) => page.component.setStateValue("want", wanted));
  page.go();
  const engine = await given(page, tables);
  page.go();
  page.tell(page.say("running"));
  if (form === "plan") return { plan: await plan(engine, parts.at(-1)), size };
  if (form === "csv" || form === "parquet") {
    await exported(engine, parts.at(-1), form);
    return { saved: true, size };
  }
  const result = await rows(engine, form === "xlsx" ? parts.slice(-1) : parts);
  if (form !== "xlsx") return { result, size };
  if (!result.whole) throw new Told("xlsx_large");
  const book = await workbook(result);
  save(book.bytes, "result.xlsx", book.mime);
  return { saved: true, size };
}

// Of the tables whose names stand in a text, those that it reads: a column may have a table's name.
async function needed(engine, parts, tables) {
  try {
    const read = new Set();
    for (const part of parts) for (const name of await readBy(engine, part)) read.add(name);
    return tables.filter((table) => read.has(table.name.toLowerCase()));
  } catch {
    // It is no SELECT, or a wrong one: then each that it names may be meant.
    return tables;
  }
}

async function readBy(engine, sql) {
  const text = `'${sql.replaceAll("'", "''")}'`;
  const [row] = (await ask(engine, `select json_serialize_sql(${text}) as tree`)).toArray();
  const tree = JSON.parse(row.toJSON().tree);
  if (tree.error) throw new Error(tree.error_message);
  const found = [];
  JSON.stringify(tree, (key, value) => {
    if (value?.type === "BASE_TABLE" && typeof value.table_name === "string") found.push(value.table_name.toLowerCase());
    return value;
  });
  return found;
}

// An engine that does not do what the page asks of it is one that earlier SQL has broken (its log to where it may not
// write): a new one does.
async function given(page, tables) {
  try {
    await register(page.engine, tables);
  } catch {
    end(page.engine, new Told("crashed"));
    page.engine = await start(page.data.files);
    await register(page.engine, tables);
  }
  return page.engine;
}

export async function onServer(page, request) {
  page.tell(page.say("running_there"));
  const waiting = (place) => page.tell(page.say(place ? "in_line" : "running_there", { place }));
  const { head, body } = await askServer(page.toServer, request, waiting);
  page.go();
  const facts = { size: head.bytes, scanned: head.scanned ?? null, cost: head.cost ?? null, cut: head.cut, unkept: head.unkept };
  if (head.file) {
    save(body, head.file.name, head.file.mime);
    return { saved: true, rows: head.rows, ...facts };
  }
  const rows = JSON.parse(new TextDecoder().decode(body));
  if (request.form === "plan") return { plan: rows.map((row) => row.at(-1)).join("\n"), ...facts };
  const columns = head.columns.map(([name, type, numeric]) => ({ name, type, numeric }));
  return { result: new Result(columns, rows, head.cut === ""), ...facts };
}

async function rows(engine, parts) {
  let result;
  for (const part of parts) {
    const { sql, columns } = await shaped(engine, part);
    result = new Result(columns);
    await send(engine, sql, (batch, schema) => result.take(batch, schema));
  }
  return result;
}

async function plan(engine, sql) {
  const explained = tokens(sql)[0].text.toLowerCase() === "explain" ? sql : `explain ${sql}`;
  const lines = (await ask(engine, explained)).toArray().map((row) => row.toJSON().explain_value);
  return lines.join("\n");
}

export function bytes(size) {
  return size < 1_048_576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1_048_576).toFixed(1)} MB`;
}
