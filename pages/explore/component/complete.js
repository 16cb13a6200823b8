// What the editor offers: columns of the tables that the text names first, then tables, keywords and functions.

import { keywordCompletionSource, StandardSQL } from "@codemirror/lang-sql";
import { aliases, quoted } from "./sql.js";

const NAME = /[\p{L}_"][\p{L}\p{N}_"]*\.?[\p{L}\p{N}_"]*/u;
const VALID = /^[\p{L}\p{N}_"]*$/u;
const FUNCTIONS =
  "count sum avg min max median mode quantile_cont stddev corr round floor ceil abs coalesce nullif greatest least " +
  "date_trunc date_part date_diff strftime strptime now length lower upper trim replace regexp_matches " +
  "regexp_extract split_part concat_ws string_agg list row_number rank lag lead first_value last_value try_cast " +
  "unnest range json_extract json_extract_string";
const keywords = keywordCompletionSource(StandardSQL);

export function source(tables) {
  const columns = new Map(tables.map((table) => [table.name.toLowerCase(), table.columns]));
  return async (context) => {
    const word = context.matchBefore(NAME);
    if (!word && !context.explicit) return null;
    const named = aliases(context.state.doc.toString(), columns);
    const dot = word ? word.text.indexOf(".") : -1;
    if (dot >= 0) return ofOne(word, dot, named, columns);
    const from = word ? word.from : context.pos;
    return { from, options: await everything(context, tables, named), validFor: VALID };
  };
}

function ofOne(word, dot, named, columns) {
  const before = word.text.slice(0, dot).replaceAll('"', "").toLowerCase();
  const own = columns.get(named.get(before) ?? before);
  return own ? { from: word.from + dot + 1, options: own.map((column) => option(column)), validFor: VALID } : null;
}

async function everything(context, tables, named) {
  const used = new Set(named.values());
  const found = new Map();
  for (const table of tables) {
    const boost = used.has(table.name.toLowerCase()) ? 90 : 40;
    for (const column of table.columns) {
      const before = found.get(column[0]);
      if (!before || before.boost < boost) found.set(column[0], { ...option(column), detail: table.name, boost });
    }
  }
  const of = tables.map((table) => ({ label: table.name, apply: quoted(table.name), type: "class", boost: 60 }));
  const given = [...named.keys()].filter((one) => !tables.some((table) => table.name.toLowerCase() === one));
  const short = given.map((alias) => ({ label: alias, type: "variable", detail: named.get(alias), boost: 50 }));
  const functions = FUNCTIONS.split(" ").map((label) => ({ label, type: "function", boost: -20 }));
  const own = new Set([...columns(tables), ...tables.map((table) => table.name)]);
  const known = (await keywords(context))?.options ?? [];
  const words = known.filter((one) => !own.has(one.label.toLowerCase())).map((one) => ({ ...one, boost: -10 }));
  return [...found.values(), ...of, ...short, ...words, ...functions];
}

function columns(tables) {
  return tables.flatMap((table) => table.columns.map(([name]) => name));
}

function option([label, detail]) {
  return { label, detail, apply: quoted(label), type: "property" };
}
