// The editor: SQL with colours, completion, brackets, search; Ctrl/⌘+Enter runs what is selected, or all.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { source } from "./complete.js";

// Colours of the theme, which are readable in the light and in the dark.
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--st-blue-text-color, var(--st-link-color))", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--st-green-text-color)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--st-orange-text-color)" },
  { tag: tags.comment, color: "var(--st-gray-text-color)", fontStyle: "italic" },
]);

export class Editor {
  constructor(parent, root, { text, label, run, changed }) {
    this.offers = new Compartment();
    const keys = Prec.highest(keymap.of([{ key: "Mod-Enter", run: (view) => (closeCompletion(view), run(), true) }]));
    const told = EditorView.updateListener.of((update) => update.docChanged && changed(this.text));
    const names = EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" });
    const basic = [lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightSelectionMatches()];
    const bound = keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]);
    const looks = [syntaxHighlighting(COLOURS), EditorView.lineWrapping, EditorState.tabSize.of(2)];
    this.view = new EditorView({
      doc: text,
      parent,
      root,
      extensions: [keys, basic, bound, looks, names, told, sql({ dialect: PostgreSQL }), this.offers.of([])],
    });
  }

  offer(tables) {
    const override = autocompletion({ override: [source(tables)], icons: false });
    this.view.dispatch({ effects: this.offers.reconfigure(override) });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  // What is to run: the selection, or everything.
  get chosen() {
    const { from, to } = this.view.state.selection.main;
    const part = this.view.state.sliceDoc(from, to);
    return part.trim() ? part : this.text;
  }

  insert(text) {
    this.view.dispatch(this.view.state.replaceSelection(text));
    this.view.focus();
  }

  end() {
    this.view.destroy();
  }
}
