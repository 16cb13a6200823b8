// A result as a workbook. Text stays text; a number of more digits than Excel keeps is text, too.

// By their paths: what the package names writes in workers made of blobs, which the page's policy refuses.
import content from "./node_modules/write-excel-file/modules/export/convertFileContentToUint8ArrayUniversal.js";
import { generateXlsxFileSync } from "./node_modules/write-excel-file/modules/export/writeXlsxFileUniversal.js";
import { Told } from "./engine.js";

const MOST_DIGITS = 15;
// Excel's own limits: columns of a sheet, UTF-16 units of a cell.
const MOST_COLUMNS = 16_384;
const MOST_UNITS = 32_767;
const MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
// What XML has no letter for, and what Excel would read as its own escape.
const ODD = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export async function workbook(result) {
  if (result.columns.length > MOST_COLUMNS) throw new Told("xlsx_large");
  const head = result.columns.map((column) => ({ ...text(column.name), fontWeight: "bold" }));
  const rows = result.rows.map((row) => row.map((value, at) => cell(value, result.columns[at])));
  const blob = await generateXlsxFileSync([head, ...rows], { stickyRowsCount: 1 }, {}, content);
  return { bytes: new Uint8Array(await blob.arrayBuffer()), mime: MIME };
}

function cell(value, column) {
  if (value === null) return null;
  if (column.type === "BOOLEAN" || column.type === "Bool") return { type: Boolean, value: value === "true" };
  const exact = column.numeric && /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value) && digits(value) <= MOST_DIGITS;
  return exact ? { type: Number, value: Number(value) } : text(value);
}

function digits(value) {
  return value.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "").length;
}

function text(value) {
  const kept = value.length > MOST_UNITS ? refuse() : value;
  return { type: String, value: kept.replace(ODD, escaped), format: "@" };
}

function escaped(odd) {
  return odd === "_" ? "_x005F_" : `_x${odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}

// A cell that was cut would look like a whole one.
function refuse() {
  throw new Told("xlsx_large");
}
