/** A sentence for the next prompt. */
import { useSignal } from "@preact/signals";
import type { RunFollower } from "../../runs/follow-run.js";
import { request } from "../../runs/run-actions.js";
import { Icon } from "../../ui/icon.js";

export function NoteBox({ follower }: { follower: RunFollower }) {
  const text = useSignal("");
  const problem = useSignal("");
  const { iterations, pendingNotes, status, start } = follower.state.value;
  const given = iterations.flatMap(({ notes }) => notes);
  const reads = !["offline", "random", "shuffled"].includes(start?.designer.name ?? "");
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.peek().trim() === "") return;
    problem.value = "";
    try {
      await request(follower.name, { type: "note", text: text.peek() });
      text.value = "";
      follower.look();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form class="note-box" onSubmit={(event) => void send(event)}>
      {pendingNotes.length + given.length > 0 && (
        <ul>
          {given.map((note) => (
            <li key={note} class="soft">
              {note}
            </li>
          ))}
          {pendingNotes.map((note) => (
            <li key={note}>
              {note} <small class="soft">with the next iteration</small>
            </li>
          ))}
        </ul>
      )}
      {problem.value && <p class="problem-text">{problem.value}</p>}
      <div class="note-row">
        <Icon name="note" size={16} />
        <input
          class="field"
          aria-label="Note to the designer"
          placeholder={
            reads ? "Note to the model: it hops on one leg" : "Note (this designer reads no words)"
          }
          value={text.value}
          disabled={status === "finished"}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <button
          type="submit"
          class="button"
          disabled={text.value.trim() === "" || status === "finished"}
        >
          Add
        </button>
      </div>
    </form>
  );
}
