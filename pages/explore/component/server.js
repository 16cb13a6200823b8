// What is asked of the server, one thing at a time: a request goes out once, then small looks until its answer is there.

import { Told } from "./engine.js";

const LOOK_MS = 250;
// A rerun that another one has overtaken answers nothing: it is asked again.
const AGAIN_MS = 5_000;
const LOST_MS = 60_000;

// What the server tells in its own words: title, cause, remedy, detail.
export class Refused extends Error {
  constructor(told) {
    super(told.title);
    this.told = told;
  }
}

let open = null;
let last = Promise.resolve();
let count = 0;

// ``tell`` hands a value to the server; ``waiting`` hears the place in its line. Gives the answer's head and body.
export function askServer(tell, request, waiting = () => {}) {
  const next = last.then(() => asked(tell, request, waiting));
  last = next.catch(() => {});
  return next;
}

export function cancelAsked() {
  if (open) look({ cancel: true });
}

export function answer(bytes) {
  const { head, body } = unpacked(bytes);
  if (!open || head.id !== open.id) return;
  open.heard = performance.now();
  if (head.state === "waiting") {
    open.waiting(head.place);
    clearTimeout(open.timer);
    open.timer = setTimeout(look, LOOK_MS);
  } else if (head.state === "done") settle(() => open.resolve({ head, body }));
  else if (head.state === "gone") settle(() => open.reject(new Told("connection_lost")));
  else settle(() => open.reject(head.situation === "query_cancelled" ? new Told("cancelled") : new Refused(head)));
}

function asked(tell, request, waiting) {
  count += 1;
  const id = `${Date.now().toString(36)}-${count}`;
  const answered = new Promise((resolve, reject) => {
    open = { id, tell, waiting, resolve, reject, tick: 0, heard: performance.now(), timer: setTimeout(look, AGAIN_MS) };
  });
  tell({ id, request });
  return answered;
}

function look(more = {}) {
  if (performance.now() - open.heard > LOST_MS) return settle(() => open.reject(new Told("connection_lost")));
  clearTimeout(open.timer);
  open.timer = setTimeout(look, AGAIN_MS);
  open.tick += 1;
  open.cancelled ||= Boolean(more.cancel);
  return open.tell({ id: open.id, tick: open.tick, cancel: open.cancelled });
}

function settle(how) {
  clearTimeout(open.timer);
  how();
  // The server lets go of the answer.
  open.tell(null);
  open = null;
}

function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))), body: bytes.slice(4 + length) };
}
