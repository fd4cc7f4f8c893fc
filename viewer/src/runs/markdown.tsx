/**
 * The Markdown that reports are written in: headings, paragraphs, lists, tables, pictures of the run,
 * bold and code. Whatever else stands there is shown as it is.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { artifactText } from "./artifact-text.js";

export function Markdown({ run, text }: { run: string; text: string }) {
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== "");
  return (
    <>
      {blocks.map((block, i) => (
        <Block key={i} run={run} block={block.trim()} />
      ))}
    </>
  );
}

function Block({ run, block }: { run: string; block: string }) {
  const lines = block.split("\n");
  const heading = /^(#{1,4}) (.*)/.exec(block);
  if (heading && lines.length === 1) return <h3 data-level={heading[1].length}>{heading[2]}</h3>;
  const picture = /^!\[(.*)\]\(([\w./-]+\.svg)\)$/.exec(block);
  if (picture) return <Picture run={run} path={picture[2]} alt={picture[1]} />;
  if (lines.every((line) => line.startsWith("|"))) return <Table lines={lines} />;
  if (lines.every((line) => line.startsWith("- "))) {
    return (
      <ul>
        {lines.map((line, i) => (
          <li key={i}>{inline(line.slice(2))}</li>
        ))}
      </ul>
    );
  }
  return <p>{inline(block)}</p>;
}

function Table({ lines }: { lines: readonly string[] }) {
  const [head, , ...rows] = lines.map((line) => line.slice(1, -1).split("|"));
  return (
    <div class="transfer-scroll">
      <table class="transfer-table">
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i}>{inline(cell.trim())}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{inline(cell.trim())}</td>
              ))}
            </tr>
          ))}
        </tbody>
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

function inline(text: string): ComponentChildren[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
    if (part.startsWith("**")) return <b>{part.slice(2, -2)}</b>;
    return part;
  });
}
