/** What is being watched, and everything that could be. */
import type { WatchedPolicy } from "../../../src/stream/protocol.js";
import { live } from "../state/live-session.js";
import { count, plural, short } from "../ui/format.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";

export function PolicyPicker() {
  const policy = live.policy.value;
  const policies = live.policies.value;
  const unit = live.model.value?.fitnessUnit ?? "";
  if (policy === null && policies.length === 0) return null;
  const choosable = live.can("select");
  return (
    <>
      <Popover
        class="picker"
        title={choosable ? "Choose what to watch" : "This link may only look"}
        label={
          <>
            <Icon name="robot" size={16} />
            <span class="picker-name">{policy === null ? "nothing yet" : policy.label}</span>
            <Icon name="chevronDown" size={14} />
          </>
        }
      >
        {(close) => (
          <>
            <h3>{plural(policies.length, "policy").replace("policys", "policies")} to watch</h3>
            <div class="picker-list">
              {policies.map((one) => (
                <button
                  type="button"
                  class="picker-item"
                  disabled={!choosable}
                  aria-current={sameReference(one, policy)}
                  onClick={() => {
                    live.send({ type: "select", policy: one.reference });
                    close();
                  }}
                >
                  <span>{one.label}</span>
                  <span class="number faint">{one.steps === null ? "" : count(one.steps)}</span>
                  <span class="number">
                    {one.fitness === null ? "–" : short(one.fitness)} {unit}
                  </span>
                </button>
              ))}
            </div>
          </>
        )}
      </Popover>
      {policy === null ? null : (
        <span class="policy-facts number">
          {policy.run ? <span>{policy.run}</span> : null}
          {policy.steps === null ? null : <span>{count(policy.steps)} steps</span>}
          {policy.seed === null ? null : <span>seed {policy.seed}</span>}
          {policy.fitness === null ? null : (
            <strong>
              {short(policy.fitness)} {unit}
            </strong>
          )}
        </span>
      )}
    </>
  );
}

function sameReference(a: WatchedPolicy, b: WatchedPolicy | null): boolean {
  return JSON.stringify(a.reference) === JSON.stringify(b?.reference);
}
