// What went wrong, as the page says it: which words, and of an engine's own message what is the person's.

import { element } from "./dom.js";
import { isCrash, Told } from "./engine.js";

const MEMORY = /out of memory|memory limit|failed to allocate|could not allocate|allocation fail/i;
// Values are cast to texts around the person's SQL: where DuckDB shows a line of that, it shows ours.
const OURS = /\n+LINE \d+: select cast\(c0 as varchar\)[\s\S]*$/;

// The engine's message as it writes it elsewhere; some come as JSON.
export function message(problem) {
  const text = String(problem?.message ?? problem);
  try {
    const told = JSON.parse(text);
    return told.exception_message ? `${told.exception_type} Error: ${told.exception_message}` : text;
  } catch {
    return text.replace(OURS, "");
  }
}

export function reason(problem) {
  if (problem instanceof Told) return problem.key;
  if (problem?.told) return "refused";
  const text = message(problem);
  // Such a message quotes the SQL, whose own names may sound like any other end.
  if (/^(Binder|Catalog|Parser) Error/.test(text)) return "sql_failed";
  if (MEMORY.test(text)) return "memory";
  if (/^INTERRUPT Error/i.test(text)) return "cancelled";
  // A sum of 38 digits has no 39th to grow into.
  if (/overflow|out of range/i.test(text)) return "overflow";
  return isCrash(problem) ? "crashed" : "sql_failed";
}

// A problem's elements: what the server has told in its own words, else the page's words of its key.
export function told(say, problem, key) {
  const { title, cause, remedy, detail } = problem.told ?? {};
  if (problem.told) {
    const texts = [element("b", {}, title), element("p", {}, cause), element("p", {}, remedy)];
    return [...texts, element("small", {}, say("original")), ...quoted(detail)];
  }
  const own = problem instanceof Told ? problem.detail : message(problem);
  return [element("b", {}, say(key)), element("p", {}, say(`${key}_step`, { mark: "{{from}}" })), ...quoted(own)];
}

function quoted(detail) {
  return detail ? [element("pre", {}, detail)] : [];
}
