// SQL as far as the page must understand it: tokens, statements, which tables a text names and by which aliases.

const TOKEN =
  /(?<space>\s+)|(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<dollar>\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<text>[eE]?'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<other>.)/gsuy;
// What may stand behind a table and is not its alias.
const BEHIND = new Set(
  ("where group order limit join left right inner outer full cross natural on using having union except intersect " +
    "window qualify sample tablesample offset positional asof anti semi lateral pivot unpivot set as select from " +
    "values returning").split(" "),
);

export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((name) => name !== "tag" && match.groups[name] !== undefined);
    if (kind !== "space" && kind !== "comment")
      found.push({ kind, text: match[0], from: match.index, to: match.index + match[0].length });
  }
  return found;
}

export function statements(text) {
  const parts = [];
  let from = 0;
  const close = (to) => {
    if (tokens(text.slice(from, to)).length) parts.push(text.slice(from, to).trim());
    from = to + 1;
  };
  for (const token of tokens(text)) if (token.kind === "other" && token.text === ";") close(token.from);
  close(text.length);
  return parts;
}

export function name(token) {
  if (token?.kind === "word") return token.text;
  return token?.kind === "quoted" ? token.text.slice(1, -1).replaceAll('""', '"') : undefined;
}

export function quoted(text) {
  return /^[a-z_][a-z0-9_]*$/.test(text) && !RESERVED.has(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

// Which of these tables a text names, by their lower-case names; what stands behind a dot is a column.
export function named(text, known) {
  const found = new Set();
  const all = tokens(text);
  all.forEach((token, at) => {
    const called = name(token)?.toLowerCase();
    if (known.has(called) && !(all[at - 1]?.text === "." && at > 1 && !isSchema(all[at - 2]))) found.add(called);
  });
  return found;
}

// Alias → table, in lower case; a table is its own alias.
export function aliases(text, known) {
  const found = new Map();
  const all = tokens(text);
  all.forEach((token, at) => {
    const table = name(token)?.toLowerCase();
    if (!known.has(table)) return;
    found.set(table, table);
    const next = all[at + 1]?.text.toLowerCase() === "as" ? at + 2 : at + 1;
    const alias = name(all[next])?.toLowerCase();
    if (alias && !(all[next].kind === "word" && BEHIND.has(alias)) && !known.has(alias)) found.set(alias, table);
  });
  return found;
}

function isSchema(token) {
  return ["main", "memory"].includes(name(token)?.toLowerCase());
}

// Source: DuckDB, duckdb_keywords(), category "reserved".
const RESERVED = new Set(
  ("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create " +
    "default deferrable desc describe distinct do else end except false fetch for foreign from group having in " +
    "initially intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer " +
    "pivot_wider placing primary qualify references returning select show some summarize symmetric table then to " +
    "trailing true union unique unpivot using variadic when where window with").split(" "),
);
