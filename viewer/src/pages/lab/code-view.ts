/** CodeMirror for rewards: plain, beside its parent, or edited with problems inline. Loaded on demand. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Issue } from "../../../../src/core/errors.js";

/** A small picture at the end of the line that computes a term. */
export interface LineMark {
  /** From 1. */
  readonly line: number;
  /** A custom property's name. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly title: string;
}

export interface CodeViewOptions {
  readonly host: HTMLElement;
  readonly text: string;
  /** Text that changes are marked against; null: none. */
  readonly against: string | null;
  readonly editable: boolean;
  readonly marks: readonly LineMark[];
  readonly issues: readonly Issue[];
  /** Asked while somebody edits, at most once in half a second. */
  readonly check?: (text: string) => Promise<readonly Issue[]>;
  readonly onChange?: (text: string) => void;
}

export interface CodeView {
  text(): string;
  close(): void;
}

export function openCodeView(options: CodeViewOptions): CodeView {
  const { host, text, against, editable, marks, issues, check, onChange } = options;
  const extensions: Extension[] = [
    lineNumbers(),
    drawSelection(),
    EditorView.lineWrapping,
    bracketMatching(),
    javascript({ typescript: true }),
    syntaxHighlighting(colors),
    look,
    EditorView.contentAttributes.of({ "aria-label": "Reward code" }),
    EditorState.readOnly.of(!editable),
    EditorView.editable.of(editable),
    lintGutter(),
    linter(
      async (view) => {
        const now = view.state.doc.toString();
        const found = check && now !== text ? await check(now).catch(() => []) : issues;
        return found.map((issue) => diagnostic(issue, view.state));
      },
      { delay: 500 },
    ),
    markLines(marks),
  ];
  if (against !== null) {
    extensions.push(
      unifiedMergeView({
        original: against,
        mergeControls: false,
        gutter: true,
        highlightChanges: true,
        collapseUnchanged: editable ? undefined : { margin: 4, minSize: 8 },
      } as Parameters<typeof unifiedMergeView>[0]),
    );
  }
  if (editable) {
    extensions.push(
      history(),
      highlightActiveLine(),
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange?.(update.state.doc.toString());
      }),
    );
  }
  const view = new EditorView({ doc: text, extensions, parent: host });
  return {
    text: () => view.state.doc.toString(),
    close: () => view.destroy(),
  };
}

function diagnostic(issue: Issue, state: EditorState): Diagnostic {
  const line = state.doc.line(Math.min(state.doc.lines, Math.max(1, issue.line ?? 1)));
  const indent = /^\s*/.exec(line.text)![0].length;
  const column = issue.column === undefined ? indent : Math.max(0, issue.column - 1);
  const from = Math.min(line.to, line.from + column);
  const word = /^[\w$.]+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
  return {
    from,
    to: issue.column === undefined ? line.to : Math.min(line.to, from + Math.max(1, word)),
    severity: issue.severity,
    message: `${issue.code}: ${issue.message}${issue.hint ? `\n${issue.hint}` : ""}`,
  };
}

function markLines(marks: readonly LineMark[]): Extension {
  return EditorView.decorations.compute(["doc"], (state) => {
    const builder = new RangeSetBuilder<Decoration>();
    for (const mark of [...marks].sort((a, b) => a.line - b.line)) {
      if (mark.line > state.doc.lines) continue;
      const { to } = state.doc.line(mark.line);
      builder.add(to, to, Decoration.widget({ widget: new Spark(mark), side: 1 }));
    }
    return builder.finish();
  });
}

class Spark extends WidgetType {
  private readonly mark: LineMark;

  constructor(mark: LineMark) {
    super();
    this.mark = mark;
  }

  override eq(other: Spark): boolean {
    return other.mark === this.mark;
  }

  toDOM(): HTMLElement {
    const { values, color, title } = this.mark;
    const known = values.filter((value) => value !== null);
    const low = Math.min(0, ...known);
    const high = Math.max(0, ...known);
    const [width, height] = [58, 16];
    const x = (i: number) => 1 + ((width - 2) * i) / Math.max(1, values.length - 1);
    const y = (v: number) => (high > low ? 2 + ((height - 4) * (high - v)) / (high - low) : 8);
    const line = values
      .flatMap((value, i) => (value === null ? [] : [`${x(i).toFixed(1)},${y(value).toFixed(1)}`]))
      .join(" ");
    const host = document.createElement("span");
    host.className = "code-spark";
    host.title = title;
    host.innerHTML =
      `<svg width="${width}" height="${height}" aria-hidden="true">` +
      `<line x1="0" x2="${width}" y1="${y(0)}" y2="${y(0)}" stroke="var(--line-strong)"/>` +
      `<polyline points="${line}" fill="none" stroke="var(${color})" stroke-width="1.5"/></svg>`;
    return host;
  }
}

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-literal)" },
  { tag: [tags.comment], color: "var(--text-faint)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.typeName], color: "var(--code-call)" },
  { tag: [tags.propertyName], color: "var(--code-key)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--text-faint)", border: "0" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--accent-soft)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 45%, transparent)" },
  ".cm-changedLine": {
    backgroundColor: "color-mix(in srgb, var(--good) 12%, transparent) !important",
  },
  ".cm-changedText": {
    background: "color-mix(in srgb, var(--good) 28%, transparent) !important",
    borderRadius: "3px",
  },
  ".cm-deletedChunk": {
    backgroundColor: "color-mix(in srgb, var(--bad) 10%, transparent) !important",
    paddingLeft: "6px",
  },
  ".cm-deletedChunk .cm-deletedText": {
    background: "color-mix(in srgb, var(--bad) 26%, transparent) !important",
  },
  ".cm-changedLineGutter": { backgroundColor: "var(--good)" },
  ".cm-deletedLineGutter": { backgroundColor: "var(--bad)" },
  ".cm-collapsedLines": {
    background: "var(--raised) !important",
    color: "var(--text-soft)",
    padding: "2px 12px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "8px",
    maxWidth: "460px",
  },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", padding: "6px 10px" },
});
