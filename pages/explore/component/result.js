// A result: its columns and rows as text, read from Arrow's batches, at most so many rows.

import { isNumeric, text } from "./format.js";

export const MOST_ROWS = 100_000;

export class Result {
  // ``columns`` where they are known beforehand.
  constructor(columns = null, rows = [], whole = true) {
    this.known = columns;
    this.columns = columns ?? [];
    this.rows = rows;
    this.whole = whole;
  }

  // Take a batch; whether more is wanted.
  take(batch, schema) {
    if (schema || !this.columns.length) this.name(schema ?? batch.schema);
    if (!batch) return true;
    const vectors = this.columns.map((_, at) => batch.getChildAt(at));
    const most = Math.min(batch.numRows, MOST_ROWS - this.rows.length);
    for (let row = 0; row < most; row++) this.rows.push(vectors.map((vector) => text(vector, row)));
    this.whole = most === batch.numRows;
    return this.whole;
  }

  name(schema) {
    const told = (field) => ({ name: field.name, numeric: isNumeric(field.type), type: String(field.type) });
    this.columns = this.known ?? (schema?.fields ?? []).map(told);
  }

  // The rows in the order of a column; NULL is last whichever way.
  sorted(at, down) {
    const compare = this.columns[at].numeric ? byNumber : byText;
    return [...this.rows].sort((one, other) => {
      if (one[at] === null || other[at] === null) return (one[at] === null) - (other[at] === null);
      return compare(one[at], other[at]) * (down ? -1 : 1);
    });
  }

  // For spreadsheets: a tab between cells; a cell keeps to its line.
  get copied() {
    const line = (cells) => cells.map((cell) => (cell ?? "").replace(/[\t\r\n]+/g, " ")).join("\t");
    return [line(this.columns.map((column) => column.name)), ...this.rows.map(line)].join("\n");
  }
}

const WHOLE = /^-?\d+$/;

function byNumber(one, other) {
  if (WHOLE.test(one) && WHOLE.test(other)) return Number(BigInt(one) > BigInt(other)) - Number(BigInt(one) < BigInt(other));
  return Number(one) - Number(other) || byText(one, other);
}

function byText(one, other) {
  return Number(one > other) - Number(one < other);
}
