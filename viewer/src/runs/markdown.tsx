/** A report's Markdown as elements of the page. Pictures are those of the run; HTML is shown as text. */
import { useSignal } from "@preact/signals";
import { type MarkedToken, marked, type Token, type Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { artifactText } from "./artifact-text.js";

export function Markdown({ run, text }: { run: string; text: string }) {
  const tokens = useMemo(() => marked.lexer(text), [text]);
  return <>{elements(run, tokens)}</>;
}

function elements(run: string, tokens: readonly Token[]): ComponentChildren {
  // Its type lets tokens of extensions in; there are none.
  return (tokens as readonly MarkedToken[]).map((token, i) => element(run, token, i));
}

function element(run: string, token: MarkedToken, key: number): ComponentChildren {
  const inside = () => elements(run, ("tokens" in token && token.tokens) || []);
  switch (token.type) {
    case "heading":
      return (
        <h3 key={key} data-level={token.depth}>
          {inside()}
        </h3>
      );
    case "paragraph": {
      const [only, ...others] = token.tokens;
      const alone = only.type === "image" && others.length === 0;
      return alone ? inside() : <p key={key}>{inside()}</p>;
    }
    case "list": {
      const items = token.items.map((item, i) => <li key={i}>{elements(run, item.tokens)}</li>);
      return token.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case "table":
      return <Table key={key} run={run} table={token} />;
    case "image":
      return <Picture key={key} run={run} path={token.href} alt={token.text} />;
    case "strong":
      return <b key={key}>{inside()}</b>;
    case "em":
      return <em key={key}>{inside()}</em>;
    case "codespan":
      return <code key={key}>{token.text}</code>;
    case "code":
      return <pre key={key}>{token.text}</pre>;
    case "space":
      return null;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? inside() : token.raw;
    default:
      return token.raw;
  }
}

function Table({ run, table }: { run: string; table: Tokens.Table }) {
  const cells = (row: readonly Tokens.TableCell[], Cell: "th" | "td") => (
    <tr>
      {row.map(({ tokens }, i) => (
        <Cell key={i}>{elements(run, tokens)}</Cell>
      ))}
    </tr>
  );
  return (
    <div class="transfer-scroll">
      <table class="transfer-table">
        <thead>{cells(table.header, "th")}</thead>
        <tbody>{table.rows.map((row) => cells(row, "td"))}</tbody>
      </table>
    </div>
  );
}

/** As an image, so that nothing in it can act on the page. */
function Picture({ run, path, alt }: { run: string; path: string; alt: string }) {
  const source = useSignal<string | null>(null);
  useEffect(() => {
    artifactText(run, path)
      .then((svg) => {
        source.value = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      })
      .catch(() => {});
  }, [run, path, source]);
  return source.value === null ? <p class="soft">{alt}</p> : <img src={source.value} alt={alt} />;
}
