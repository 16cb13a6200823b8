// What the frame's stubs call: ``mount`` draws the page in its element once, ``receive`` takes a hand-over, ``answer``
// what the server was asked for.

import { Page } from "./page.js";
import { answer as hear } from "./server.js";
import { receive as take } from "./tables.js";

const pages = new WeakMap();

export function mount(component) {
  const root = component.parentElement;
  const known = pages.get(root);
  // In another language it is drawn anew; what was written stays.
  if (known && known.words.run === component.data.words.run) known.update(component);
  else {
    known?.leave();
    pages.set(root, new Page(component));
  }
  return () => {
    pages.get(root)?.leave();
    pages.delete(root);
  };
}

export function receive(component) {
  if (component.data?.byteLength) take(component.data);
}

export function answer(component) {
  if (component.data?.byteLength) hear(component.data);
}
