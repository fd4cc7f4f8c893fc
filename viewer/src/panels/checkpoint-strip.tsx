/** Through training: drag over the stored checkpoints of a policy and watch it grow. */
import type { WatchedPolicy } from "../../../src/stream/protocol.js";
import type { LiveSession } from "../state/live-session.js";
import { count, short } from "../ui/format.js";

export function CheckpointStrip({ session }: { session: LiveSession }) {
  const policies = session.policies.value;
  const policy = session.policy.value;
  const choices = policies.filter(({ reference }) => reference.kind !== "newest");
  const all = policy?.checkpoints ?? [];
  const at = all.indexOf(policy?.steps ?? -1);
  const select = (one: WatchedPolicy, steps?: number) => {
    const { reference } = one;
    if (reference.kind === "candidate" || reference.kind === "job") {
      session.send({
        type: "select",
        policy: { ...reference, ...(steps === undefined ? {} : { steps }) },
      });
    } else session.send({ type: "select", policy: reference });
  };
  return (
    <div class="checkpoints">
      <select
        class="field"
        aria-label="Policy"
        value={choices.findIndex(({ label }) => label === policy?.label)}
        onChange={(event) => {
          const chosen = choices[Number(event.currentTarget.value)];
          if (chosen) select(chosen);
        }}
      >
        <option value={-1}>choose a policy ({choices.length})</option>
        {choices.map(({ label, fitness }, i) => (
          <option key={label} value={i}>
            {label}
            {fitness === null ? "" : ` · ${short(fitness)}`}
          </option>
        ))}
      </select>
      {all.length > 1 && policy !== null ? (
        <label class="checkpoint-slider">
          <span class="number">
            {count(policy.steps ?? 0)} steps · {at + 1} of {all.length} checkpoints
          </span>
          <input
            type="range"
            min={0}
            max={all.length - 1}
            step={1}
            value={Math.max(0, at)}
            aria-label="Checkpoint"
            onChange={(event) => select(policy, all[event.currentTarget.valueAsNumber])}
          />
        </label>
      ) : (
        <span class="faint">{policy === null ? "" : "this policy has one stored checkpoint"}</span>
      )}
    </div>
  );
}
