// SQL as far as the page must understand it: tokens, statements, which tables a text names and by which aliases.

// As DuckDB's lexer cuts it: what is beyond ASCII and no blank to it is a letter, in names and in tags of dollar quotes.
const BLANK = String.raw`\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff`;
const LETTER = String.raw`(?![${BLANK}])[A-Za-z_\u0080-\u{10ffff}]`;
const NAME = String.raw`${LETTER}(?:\d|${LETTER})*`;
const TOKEN = new RegExp(
  [
    String.raw`(?<space>[ \t-\r${BLANK}]+)`,
    // Of a comment in stars the beginning alone: they may stand in each other.
    String.raw`(?<comment>--[^\n\r]*|\/\*)`,
    String.raw`(?<dollar>\$(?<tag>(?:${NAME})?)\$[\s\S]*?(?:\$\k<tag>\$|$))`,
    String.raw`(?<text>[eE]'(?:[^'\\]|\\.|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<quoted>"(?:[^"]|"")*(?:"|$))`,
    String.raw`(?<word>${LETTER}(?:[\d$]|${LETTER})*)`,
    String.raw`(?<other>.)`,
  ].join("|"),
  "gsuy",
);
// What may stand behind a table and is not its alias.
const BEHIND = new Set(
  ("where group order limit join left right inner outer full cross natural on using having union except intersect " +
    "window qualify sample tablesample offset positional asof anti semi lateral pivot unpivot set as select from " +
    "values returning").split(" "),
);

export function tokens(text) {
  const found = [];
  const next = new RegExp(TOKEN);
  for (let match = next.exec(text); match; match = next.exec(text)) {
    if (match[0] === "/*") next.lastIndex = behindComment(text, next.lastIndex);
    const kind = Object.keys(match.groups).find((name) => name !== "tag" && match.groups[name] !== undefined);
    if (kind !== "space" && kind !== "comment")
      found.push({ kind, text: match[0], from: match.index, to: match.index + match[0].length });
  }
  return found;
}

function behindComment(text, from) {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 1; depth; ) {
    const found = edge.exec(text);
    if (!found) return text.length;
    depth += found[0] === "/*" ? 1 : -1;
  }
  return edge.lastIndex;
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
