// Values as text, by Arrow's schema: every digit of decimals and 64-bit numbers, microseconds of timestamps.

import { DataType, TimeUnit } from "apache-arrow";

const DIGITS = { [TimeUnit.SECOND]: 0, [TimeUnit.MILLISECOND]: 3, [TimeUnit.MICROSECOND]: 6, [TimeUnit.NANOSECOND]: 9 };

export function isNumeric(type) {
  return DataType.isInt(type) || DataType.isFloat(type) || DataType.isDecimal(type);
}

// The text of a vector's value; null for NULL.
export function text(vector, at, type = vector.type) {
  if (!vector.isValid(at)) return null;
  if (DataType.isTimestamp(type)) return timestamp(whole(vector, at), type);
  if (DataType.isTime(type)) return clock(whole(vector, at), DIGITS[type.unit]);
  return scalar(vector.get(at), type);
}

function scalar(value, type) {
  if (value === null || value === undefined) return null;
  if (DataType.isDecimal(type)) return decimal(value, type.scale);
  if (DataType.isDate(type)) return new Date(Number(value)).toISOString().slice(0, 10);
  if (DataType.isTimestamp(type)) return timestamp(BigInt(Math.round(Number(value) * 1000)), { ...type, unit: TimeUnit.MICROSECOND });
  if (DataType.isFloat(type)) return float(value, type);
  if (DataType.isBinary(type)) return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return isNested(type) ? json(value, type) : String(value);
}

function isNested(type) {
  return [DataType.isList, DataType.isFixedSizeList, DataType.isStruct, DataType.isMap].some((is) => is(type));
}

// JSON whose numbers have every digit, which JSON.stringify would not give them.
function json(value, type) {
  if (value === null || value === undefined) return "null";
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const inner = type.children[0].type;
    return `[${Array.from({ length: value.length }, (_, at) => json(value.get(at), inner)).join(", ")}]`;
  }
  if (DataType.isStruct(type)) return object(type.children.map((field) => [field.name, json(value[field.name], field.type)]));
  if (DataType.isMap(type)) {
    const [key, inner] = type.children[0].type.children;
    return object([...value].map(([k, v]) => [scalar(k, key.type), json(v, inner.type)]));
  }
  const text = scalar(value, type);
  return isNumeric(type) || DataType.isBool(type) ? text : JSON.stringify(text);
}

function object(entries) {
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(", ")}}`;
}

function float(value, type) {
  if (type.precision !== 1) return String(value);
  // The shortest text that names this single-precision number.
  const short = [6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)));
  return String(short.find((one) => Math.fround(one) === value) ?? value);
}

// The whole number as the file has it: what Arrow's own getters give of a moment is a double.
function whole(vector, at) {
  let left = at;
  for (const data of vector.data) {
    if (left < data.length) {
      const { values, stride } = data;
      if (values instanceof BigInt64Array) return values[left];
      return stride === 2 ? new BigInt64Array(values.slice(2 * left, 2 * left + 2).buffer)[0] : BigInt(values[left]);
    }
    left -= data.length;
  }
  throw new RangeError(String(at));
}

function decimal(words, scale) {
  let value = 0n;
  for (let at = words.length - 1; at >= 0; at--) value = (value << 32n) | BigInt(words[at] >>> 0);
  const bits = BigInt(32 * words.length);
  if (value >> (bits - 1n)) value -= 1n << bits;
  return point(value, scale);
}

function point(value, scale) {
  const sign = value < 0n ? "-" : "";
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return scale > 0 ? `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}` : sign + digits;
}

function timestamp(value, type) {
  const digits = DIGITS[type.unit];
  const [seconds, rest] = split(value, digits);
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return String(value);
  const [day, time] = moment.toISOString().slice(0, -5).split("T");
  return `${day} ${time}${fraction(rest, digits)}${type.timezone ? "Z" : ""}`;
}

function clock(value, digits) {
  const [seconds, rest] = split(value, digits);
  const part = (number) => String(number).padStart(2, "0");
  return `${part(seconds / 3600n)}:${part((seconds / 60n) % 60n)}:${part(seconds % 60n)}${fraction(rest, digits)}`;
}

function split(value, digits) {
  const unit = 10n ** BigInt(digits);
  const rest = ((value % unit) + unit) % unit;
  return [(value - rest) / unit, rest];
}

function fraction(rest, digits) {
  const shown = digits ? String(rest).padStart(digits, "0").replace(/0+$/, "") : "";
  return shown ? `.${shown}` : "";
}
