/** The first thing somebody sees: nothing yet, and three ways to begin. */
import { useSignal } from "@preact/signals";
import { startSearch } from "../../runs/run-actions.js";
import { open } from "../../state/route.js";
import { Icon } from "../../ui/icon.js";

const beginnings = [
  {
    title: "Swing up a cart-pole",
    text: "A search of about a minute: no key, no language model.",
    task: "cartpole-swingup",
  },
  {
    title: "Teach an ant to run",
    text: "Eight joints, four legs; a coffee's time.",
    task: "ant",
  },
] as const;

export function NoRuns({ onMore }: { onMore: () => void }) {
  const problem = useSignal("");
  const busy = useSignal("");
  const begin = async (task: string) => {
    busy.value = task;
    problem.value = "";
    try {
      const run = await startSearch({ task, designer: "offline", quick: true });
      open("lab", { run });
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = "";
  };
  return (
    <div class="empty">
      <h2>No searches yet</h2>
      <p>A search proposes reward functions, trains a robot with each, and improves on the best.</p>
      <div class="beginnings">
        {beginnings.map(({ title, text, task }) => (
          <button
            type="button"
            class="beginning"
            key={task}
            disabled={busy.value !== ""}
            onClick={() => void begin(task)}
          >
            <Icon name="robot" size={26} />
            <b>{busy.value === task ? "Starting …" : title}</b>
            <span class="soft">{text}</span>
          </button>
        ))}
        <button type="button" class="beginning" onClick={onMore}>
          <Icon name="plus" size={26} />
          <b>Something else</b>
          <span class="soft">Any task, any designer, your own prompts.</span>
        </button>
      </div>
      {problem.value && <p class="problem-text">{problem.value}</p>}
    </div>
  );
}
