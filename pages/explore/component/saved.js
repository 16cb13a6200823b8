// The queries that are saved for everybody, in the lake: what is saved here leaves this browser, and the box says so.

import { button, element, moment } from "./dom.js";

export class Saved {
  // ``ask`` gives what the server answers to a request; ``current`` the SQL and its values; ``open`` takes a saved query.
  constructor(say, { ask, current, open }) {
    Object.assign(this, { say, ask, current, open, known: null, opened: null });
    this.list = element("div", { className: "saved-list" });
    this.note = element("p", { role: "status" });
    this.name = element("input", { type: "text", maxLength: 100, placeholder: say("saved_name"), "aria-label": say("saved_name") });
    const save = button(say("save"), () => this.save());
    const bar = element("div", { className: "bar" }, this.name, save);
    this.box = element("details", { className: "history saved" });
    this.box.append(element("summary", {}, say("saved")), element("p", {}, say("saved_where")), bar, this.note, this.list);
    this.box.ontoggle = () => this.box.open && this.do({ kind: "saved" });
  }

  async do(request, said = "") {
    const working = this.say("working");
    this.note.textContent = working;
    try {
      const { head } = await this.ask(request);
      this.known = head.saved;
      // A list that arrives takes back nothing that was said meanwhile.
      if (said || this.note.textContent === working) this.note.textContent = said;
      this.draw();
      return true;
    } catch (problem) {
      const told = problem.told ?? { title: this.say(problem.key ?? "connection_lost"), cause: "", remedy: "" };
      // Somebody else was faster: what they have saved is there to be opened.
      if (problem.told && request.kind !== "saved") await this.do({ kind: "saved" });
      this.note.replaceChildren(element("b", {}, told.title), " ", told.cause, " ", told.remedy);
      return false;
    }
  }

  // Under the name of the query that was opened it is a change of that one; under another name it is a new one.
  async save() {
    const name = this.name.value.trim();
    if (!name) {
      this.note.textContent = this.say("saved_unnamed");
      return this.name.focus();
    }
    const seen = this.opened?.name === name ? { id: this.opened.id, version: this.opened.version } : {};
    const done = await this.do({ kind: "save", name, ...this.current(), ...seen }, this.say("saved_done", { name }));
    if (done) this.opened = this.known.find((one) => one.name === name) ?? null;
  }

  take(one) {
    this.opened = one;
    this.name.value = one.name;
    this.open(one);
  }

  draw() {
    const lines = this.known.map((one) => {
      const facts = element("small", {}, `${one.by} · ${moment(one.at)} · v${one.version}`);
      const { id, version, name } = one;
      const removed = () => this.do({ kind: "remove", id, version, name }, this.say("saved_removed", { name }));
      // It is everybody's: the first press asks.
      const remove = button(this.say("remove"), () => sure(remove, this.say("remove_sure", { name }), removed), {
        "aria-label": this.say("remove_named", { name }),
      });
      return element("li", {}, button(one.name, () => this.take(one), { title: one.sql }), facts, remove);
    });
    this.list.replaceChildren(lines.length ? element("ul", {}, ...lines) : element("p", {}, this.say("saved_none")));
  }
}

function sure(asked, word, act) {
  if (asked.dataset.sure) return act();
  asked.dataset.sure = "yes";
  asked.textContent = word;
  return asked.setAttribute("aria-label", word);
}
