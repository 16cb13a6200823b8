// The chart of a result: bars or a line of one column of numbers by another column, as SVG of our own.

import { drawn, element } from "./dom.js";

const MOST = 200;
const [HEIGHT, LEFT, BOTTOM, TOP] = [260, 56, 46, 10];

export class Chart {
  constructor(say) {
    this.say = say;
    this.box = element("div", { className: "chart" });
  }

  clear() {
    this.box.replaceChildren();
  }

  show(result) {
    this.clear();
    const numbers = result.columns.flatMap((column, at) => (column.numeric ? [at] : []));
    if (!numbers.length || result.rows.length < 2 || result.columns.length < 2) return;
    const y = numbers.findLast((at) => at > 0) === undefined ? numbers[0] : numbers.find((at) => at > 0);
    this.chosen = { kind: "bars", x: y === 0 ? 1 : 0, y };
    this.result = result;
    this.numbers = numbers;
    this.draw();
  }

  draw() {
    const { columns } = this.result;
    const all = columns.map((_, at) => at);
    const named = (at) => columns[at].name;
    const kinds = ["bars", "line"];
    const bar = element(
      "div",
      { className: "bar" },
      this.choice("chart_kind", kinds, "kind", (kind) => this.say(kind)),
      this.choice("chart_x", all, "x", named),
      this.choice("chart_y", this.numbers, "y", named),
    );
    this.box.replaceChildren(element("details", { open: true }, element("summary", {}, this.say("chart")), bar, ...this.cut(), this.picture()));
  }

  cut() {
    const all = this.result.rows.length;
    return all > MOST ? [element("p", {}, this.say("chart_first", { shown: MOST, all: all.toLocaleString() }))] : [];
  }

  choice(word, values, key, named) {
    const chosen = (event) => {
      this.chosen[key] = values[event.target.selectedIndex];
      this.draw();
    };
    const options = values.map((value) => element("option", { selected: value === this.chosen[key] }, named(value)));
    return element("label", {}, this.say(word), element("select", { onchange: chosen }, ...options));
  }

  picture() {
    const { x, y, kind } = this.chosen;
    const rows = this.result.rows.slice(0, MOST).filter((row) => row[y] !== null && Number.isFinite(Number(row[y])));
    const points = rows.map((row) => ({ label: row[x] ?? "NULL", text: row[y], value: Number(row[y]) }));
    const low = Math.min(0, ...points.map((point) => point.value));
    const high = Math.max(0, ...points.map((point) => point.value)) || (low ? 0 : 1);
    const level = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    // As wide as it is shown, so that its letters are as large as the page's.
    const width = Math.max(280, this.box.clientWidth || 720);
    const step = (width - LEFT) / Math.max(1, points.length);
    const label = this.say("chart_of", { y: this.result.columns[y].name, x: this.result.columns[x].name, n: points.length });
    const picture = drawn("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label });
    picture.append(...axis(low, high, level, width), ...(kind === "line" ? line(points, step, level) : bars(points, step, level)));
    picture.append(...names(points, step));
    return picture;
  }
}

function axis(low, high, level, width) {
  const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
  return [low, (low + high) / 2, high].flatMap((value) => [
    drawn("line", { x1: LEFT, x2: width, y1: level(value), y2: level(value), class: "rule" }),
    drawn("text", { x: LEFT - 6, y: level(value) + 4, "text-anchor": "end" }, short.format(value)),
  ]);
}

function bars(points, step, level) {
  return points.map((point, at) => {
    const ends = [level(point.value), level(0)];
    const place = { x: LEFT + at * step + step * 0.1, width: step * 0.8, y: Math.min(...ends), height: Math.abs(ends[0] - ends[1]) };
    return drawn("rect", { ...place, class: "mark" }, drawn("title", {}, `${point.label}: ${point.text}`));
  });
}

function line(points, step, level) {
  const path = points.map((point, at) => `${LEFT + (at + 0.5) * step},${level(point.value)}`).join(" ");
  return [drawn("polyline", { points: path, class: "path" })];
}

function names(points, step) {
  const every = Math.ceil(points.length / Math.min(12, Math.max(1, Math.floor((points.length * step) / 56))));
  return points.flatMap((point, at) => {
    if (at % every) return [];
    const text = point.label.length > 11 ? `${point.label.slice(0, 10)}…` : point.label;
    const x = LEFT + (at + 0.5) * step;
    return [drawn("text", { x, y: HEIGHT - 26, "text-anchor": "end", transform: `rotate(-25 ${x} ${HEIGHT - 26})` }, text)];
  });
}
