// A result as a file, written by the engine itself, whole: CSV that no spreadsheet runs as a formula, and Parquet.

import { save } from "./dom.js";
import { ask } from "./engine.js";

const KINDS = {
  csv: { options: "format csv, header", mime: "text/csv" },
  parquet: { options: "format parquet", mime: "application/vnd.apache.parquet" },
};
// As the console's own CSV (pipeline/documents/forms.py): also behind blanks, and in full width; no negative number.
const FORMULA = "^'*(?:[\\t\\r\\n]|[\\p{Z}\\p{Cc}\\p{Cf}]*[-=+@＝＋－＠﹢﹣﹦﹫⁺⁼₊₌])";
const NEGATIVE = "^-[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$";

export async function exported(engine, sql, kind) {
  const path = `out/result.${kind}`;
  const asked = kind === "csv" ? await guarded(engine, sql) : sql;
  try {
    await ask(engine, `copy (${asked}\n) to '${path}' (${KINDS[kind].options})`);
    const bytes = await engine.db.copyFileToBuffer(path);
    save(kind === "csv" ? marked(bytes) : bytes, `result.${kind}`, KINDS[kind].mime);
  } finally {
    await engine.db.dropFile(path).catch(() => {});
  }
}

// As the console's own CSV: spreadsheets tell UTF-8 by its mark.
function marked(bytes) {
  const made = new Uint8Array(bytes.length + 3);
  made.set([0xef, 0xbb, 0xbf]);
  made.set(bytes, 3);
  return made;
}

// Text that a spreadsheet would take for a formula begins with an apostrophe.
async function guarded(engine, sql) {
  // By their places, and by names that are there once: two columns may have the same one.
  const described = (await ask(engine, `describe select * from (${sql}\n)`)).toArray().map((row) => row.toJSON());
  const columns = described.map(({ column_name: name, column_type: type }, at) => {
    const [column, shown] = [`c${at}`, `"${safe(name).replaceAll('"', '""')}"`];
    if (type !== "VARCHAR") return `${column} as ${shown}`;
    const runs = `regexp_matches(${column}, ${literal(FORMULA)}) and not regexp_matches(${column}, ${literal(NEGATIVE)})`;
    return `case when ${runs} then '''' || ${column} else ${column} end as ${shown}`;
  });
  const own = described.map((_, at) => `c${at}`).join(", ");
  return `select ${columns.join(", ")} from (${sql}\n) as guarded(${own})`;
}

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

function safe(name) {
  return new RegExp(FORMULA, "u").test(name) ? `'${name}` : name;
}
