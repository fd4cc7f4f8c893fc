/** The second reward's code, with what is otherwise than in the first. */
import { useSignal } from "@preact/signals";
import { useArtifact } from "../../runs/artifact-text.js";
import { CodeHost } from "../lab/code-host.js";
import type { Pane } from "./panes.js";

export function CodeDifference({ panes }: { panes: readonly Pane[] }) {
  const against = useSignal(0);
  const shown = useSignal(1);
  const first = useSource(panes[against.value]);
  const second = useSource(panes[shown.value]);
  const choice = (label: string, chosen: typeof shown) => (
    <label class="soft">
      {label}{" "}
      <select
        class="field"
        value={chosen.value}
        onChange={(event) => {
          chosen.value = Number(event.currentTarget.value);
        }}
      >
        {panes.map(({ letter, candidate }, i) => (
          <option key={letter} value={i}>
            {letter}, {candidate?.id ?? "…"}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="code-difference">
      {panes.length > 2 && (
        <p>
          {choice("from", against)} {choice("to", shown)}
        </p>
      )}
      {first !== null && first === second && <p class="soft">The same code.</p>}
      {first !== null && second !== null && (
        <CodeHost text={second} against={first} marks={[]} issues={[]} />
      )}
    </div>
  );
}

function useSource({ name, candidate }: Pane): string | null {
  const attempts = candidate?.attempts ?? [];
  return useArtifact(name.run, attempts[attempts.length - 1]?.source ?? null).text;
}
