// ``{{name}}`` in SQL: its value goes in as a text in quotes, which the engine takes for a literal; it never becomes SQL.

import { Told } from "./engine.js";
import { element } from "./dom.js";
import { tokens } from "./sql.js";

const NAME = /^[\p{L}_][\p{L}\p{N}_]{0,63}$/u;
const MARK = /\{\{\s*[\p{L}_][\p{L}\p{N}_]{0,63}\s*\}\}/u;

// Where parameters stand, in their order.
export function parameters(text) {
  const all = tokens(text);
  const found = [];
  all.forEach((token, at) => {
    const [one, two, name, three, four] = all.slice(at, at + 5);
    const shape = [one, two, three, four].map((each) => each?.text ?? "").join("");
    if (shape !== "{{}}" || name.kind !== "word" || !NAME.test(name.text)) return;
    const behindText = all[at - 1]?.kind === "text";
    if (two.from === one.to && four.from === three.to)
      found.push({ name: name.text, from: one.from, to: four.to, behindText });
  });
  return found;
}

// The text with each value in its place.
export function filled(text, values) {
  const quoted = tokens(text).find((token) => ["text", "quoted", "dollar"].includes(token.kind) && MARK.test(token.text));
  if (quoted) throw new Told("parameter_quoted", quoted.text.slice(0, 80));
  let made = "";
  let from = 0;
  for (const one of parameters(text)) {
    const value = values[one.name] ?? "";
    if (value === "") throw new Told("parameter_missing", one.name);
    if (value.includes("\0")) throw new Told("parameter_missing", one.name);
    made += text.slice(from, one.from) + literal(value, one.behindText);
    from = one.to;
  }
  return made + text.slice(from);
}

// With blanks around it, or e{{x}} would begin another kind of text; in brackets behind a text, which would go on in it
// where only a line's end is between them.
function literal(value, behindText) {
  const text = `'${value.replaceAll("'", "''")}'`;
  return behindText ? ` (${text}) ` : ` ${text} `;
}

// They outlive the page, as the SQL does.
const typed = {};

// A field for each of them; what was typed stays while its name stands in the SQL.
export class Fields {
  constructor(say) {
    this.say = say;
    this.values = typed;
    this.names = [];
    this.box = element("div", { className: "parameters", role: "group", "aria-label": say("parameters"), hidden: true });
  }

  show(text) {
    const names = [...new Set(parameters(text).map((one) => one.name))];
    if (names.join() === this.names.join()) return;
    this.names = names;
    this.box.hidden = !names.length;
    this.box.replaceChildren(...names.map((name) => this.field(name)));
  }

  set(values) {
    Object.assign(this.values, values);
    this.names = [];
  }

  // Of these names alone.
  of(text) {
    const names = new Set(parameters(text).map((one) => one.name));
    return Object.fromEntries(Object.entries(this.values).filter(([name]) => names.has(name)));
  }

  field(name) {
    const input = element("input", { type: "text", value: this.values[name] ?? "", autocomplete: "off" });
    input.oninput = () => (this.values[name] = input.value);
    return element("label", {}, element("span", {}, `{{${name}}}`), input);
  }
}
