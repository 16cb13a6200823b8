// Elements made by hand: text is set as text, so that nothing a table holds is ever read as HTML.

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

export function button(label, pressed, properties = {}) {
  return element("button", { type: "button", onclick: pressed, ...properties }, label);
}

// A moment as the other pages write it.
export function moment(at) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  return `${new Date(at).toLocaleString("ja-JP", { timeZone: "Asia/Tokyo", ...parts })} JST`;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function save(bytes, name, mime) {
  const address = URL.createObjectURL(new Blob([bytes], { type: mime }));
  element("a", { href: address, download: name }).click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // An address that is neither https nor this machine has no clipboard of its own.
  const held = element("textarea", { value: text });
  document.body.append(held);
  held.select();
  document.execCommand("copy");
  held.remove();
}
