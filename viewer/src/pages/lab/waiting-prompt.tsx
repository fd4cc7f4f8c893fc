/** A prompt to be carried to a chat window: its beginning, and a button that copies all of it. */
import { useSignal } from "@preact/signals";
import { artifactText, useArtifact } from "../../runs/artifact-text.js";
import type { RunFollower } from "../../runs/follow-run.js";

interface WaitingPromptProps {
  readonly follower: RunFollower;
  readonly turn: { iteration: number; candidate: number; attempt: number };
}

export function WaitingPrompt({ follower, turn }: WaitingPromptProps) {
  const copied = useSignal(false);
  const prompt = follower.state.value.prompts.find(
    ({ iteration, candidate, attempt }) =>
      iteration === turn.iteration && candidate === turn.candidate && attempt === turn.attempt,
  );
  const { text } = useArtifact(follower.name, prompt?.path ?? null);
  if (!prompt) return null;
  return (
    <div class="waiting-prompt">
      <pre>{text?.slice(0, 1200) ?? ""}</pre>
      <button
        type="button"
        class="button"
        onClick={() =>
          void artifactText(follower.name, prompt.path)
            .then((whole) => navigator.clipboard.writeText(whole))
            .then(() => {
              copied.value = true;
            })
        }
      >
        {copied.value ? "Copied" : "Copy the whole prompt"}
      </button>
    </div>
  );
}
