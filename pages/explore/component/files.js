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
    save(await engine.db.copyFileToBuffer(path), `result.${kind}`, KINDS[kind].mime);
  } finally {
    await engine.db.dropFile(path).catch(() => {});
  }
}

// Text that a spreadsheet would take for a formula begins with an apostrophe.
async function guarded(engine, sql) {
  const described = (await ask(engine, `describe ${sql}`)).toArray().map((row) => row.toJSON());
  const columns = described.map(({ column_name: name, column_type: type }) => {
    const [column, shown] = [`"${name.replaceAll('"', '""')}"`, `"${safe(name).replaceAll('"', '""')}"`];
    if (type !== "VARCHAR") return `${column} as ${shown}`;
    const runs = `regexp_matches(${column}, ${literal(FORMULA)}) and not regexp_matches(${column}, ${literal(NEGATIVE)})`;
    return `case when ${runs} then '''' || ${column} else ${column} end as ${shown}`;
  });
  return `select ${columns.join(", ")} from (${sql}\n)`;
}

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

function safe(name) {
  return new RegExp(FORMULA, "u").test(name) ? `'${name}` : name;
}
