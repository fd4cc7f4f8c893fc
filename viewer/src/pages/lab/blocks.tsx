/** A conversation block by block, each with its tokens; folded where it is long. */
import { useSignal } from "@preact/signals";

interface Block {
  readonly role: "system" | "user" | "assistant";
  readonly title: string | null;
  readonly text: string;
  readonly tokens: number;
}

const titles = { system: "Instructions", user: "Told", assistant: "The model's own" } as const;

export function Blocks({ messages }: { messages: readonly Block[] }) {
  return (
    <>
      {messages.map((block, i) => (
        <BlockView
          key={`${i} ${block.role}`}
          block={block}
          open={block.tokens < 400 || messages.length - i <= 1}
        />
      ))}
    </>
  );
}

function BlockView({ block, open }: { block: Block; open: boolean }) {
  const shown = useSignal(open);
  return (
    <section class="prompt-block" data-role={block.role}>
      <button
        type="button"
        aria-expanded={shown.value}
        onClick={() => {
          shown.value = !shown.value;
        }}
      >
        <b>{block.title ?? titles[block.role]}</b>
        <span class="faint">{block.role}</span>
        <span class="spacer" />
        <span class="soft number">{block.tokens} tokens</span>
      </button>
      {shown.value && <pre>{block.text}</pre>}
    </section>
  );
}
