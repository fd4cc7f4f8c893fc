/** The chosen candidate: what became of it, and its code; a fork of it to edit. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Candidate, RunState } from "../../../../src/events/run-state.js";
import { searchFitness } from "../../../../src/events/search-fitness.js";
import { termLine } from "../../../../src/reward/term-line.js";
import type { Check } from "../../../../src/view/data/answers.js";
import { useArtifact } from "../../runs/artifact-text.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { checkReward, request } from "../../runs/run-actions.js";
import { live } from "../../state/live-session.js";
import { open } from "../../state/route.js";
import { count, plural, short } from "../../ui/format.js";
import { Icon } from "../../ui/icon.js";
import { termColors } from "../../ui/term-colors.js";
import { CodeHost } from "./code-host.js";
import type { LineMark } from "./code-view.js";

interface RewardPaneProps {
  readonly follower: RunFollower;
  readonly candidate: Candidate | null;
  /** Called when a fork of the candidate is begun. */
  readonly onFork: () => void;
}

type Mode = "code" | "diff" | "fork";

export function RewardPane({ follower, candidate, onFork }: RewardPaneProps) {
  const mode = useSignal<Mode>("code");
  const parent = candidate?.origin.parents[0] ?? null;
  const id = candidate?.id ?? null;
  useEffect(() => {
    // A fork in progress is not thrown away by looking at another candidate.
    if (mode.peek() === "diff" && parent === null) mode.value = "code";
  }, [mode, parent]);
  if (candidate === null) {
    return (
      <section class="reward-pane" aria-label="Reward">
        <div class="empty">
          <h2>Waiting for the first reward</h2>
          <p>Its code appears here as soon as the designer proposes it.</p>
        </div>
      </section>
    );
  }
  return (
    <section class="reward-pane" aria-label="Reward">
      <CandidateHead follower={follower} candidate={candidate} />
      <div class="pane-tools">
        <fieldset class="segments" aria-label="How the code is shown">
          {(["code", "diff", "fork"] as const).map((one) => (
            <button
              type="button"
              key={one}
              aria-pressed={mode.value === one}
              disabled={one === "diff" && parent === null}
              onClick={() => {
                mode.value = one;
                if (one === "fork") onFork();
              }}
            >
              {one === "code" ? "Code" : one === "diff" ? `Diff to ${parent ?? "parent"}` : "Fork"}
            </button>
          ))}
        </fieldset>
        <span class="spacer" />
        <Promote follower={follower} id={candidate.id} />
        {parent !== null && (
          <button
            type="button"
            class="button small"
            onClick={() =>
              open("compare", { panes: `${follower.name}/${parent},${follower.name}/${id}` })
            }
          >
            <Icon name="compare" size={15} />
            Compare
          </button>
        )}
        <button
          type="button"
          class="button small"
          disabled={candidate.rungs.length === 0 && candidate.status !== "training"}
          onClick={() => {
            const policy = {
              kind: "candidate",
              run: follower.name,
              candidate: candidate.id,
            } as const;
            live.send({ type: "select", policy });
            open("live", { run: follower.name, candidate: candidate.id });
          }}
        >
          <Icon name="live" size={15} />
          Watch
        </button>
      </div>
      {mode.value === "fork" ? (
        <ForkEditor
          key={candidate.id}
          follower={follower}
          candidate={candidate}
          onDone={() => {
            mode.value = "code";
          }}
        />
      ) : (
        <ShownCode follower={follower} candidate={candidate} diff={mode.value === "diff"} />
      )}
    </section>
  );
}

function CandidateHead({ follower, candidate }: { follower: RunFollower; candidate: Candidate }) {
  const { id, origin, failure, duplicateOf, status, rungs, repeats, confirmations } = candidate;
  const state = follower.state.value;
  const fitness = searchFitness(candidate);
  const rung = rungs[rungs.length - 1];
  const alarms = state.alarms.filter((alarm) => alarm.id === id);
  return (
    <header class="candidate-head">
      <h2>{id}</h2>
      {fitness !== null && (
        <p class="candidate-fitness">
          <b class="number">{short(fitness)}</b>
          <span class="soft">
            fitness, {plural(1 + repeats.length, "seed")}
            {confirmations.length > 0 && `, confirmed with ${confirmations.length} more`}
            {candidate.complete
              ? ""
              : status === "training"
                ? ", still training"
                : ", stopped early"}
          </span>
        </p>
      )}
      {rung && (
        <p class="soft candidate-facts">
          {count(rung.result.steps)} steps
          {rung.result.evaluation.totalSteps < rung.result.steps &&
            ` · its policy is that after ${count(rung.result.evaluation.totalSteps)}`}
          {rung.result.stepsTo95 !== null &&
            ` · 95 % of its rise at ${count(rung.result.stepsTo95)}`}
          {rung.humanCorrelation !== null &&
            ` · r = ${rung.humanCorrelation.toFixed(2)} with the human reward`}
        </p>
      )}
      <p class="candidate-origin">
        <span class="chip">{originWords[origin.kind]}</span>
        {origin.parents.length > 0 && <span class="soft">of {origin.parents.join(" and ")}:</span>}
        <span>{origin.reason}</span>
      </p>
      {failure && (
        <p class="problem-text">
          {failure.code}: {failure.message}
        </p>
      )}
      {duplicateOf && (
        <p class="soft">The same program as {duplicateOf}, whose result it shares.</p>
      )}
      {alarms.map(({ kind, message }) => (
        <p class="alarm-text" key={kind}>
          <Icon name="warning" size={15} />
          {kind === "rewardHacking" ? "Reward hacking? " : "Not physics: "}
          {message}
        </p>
      ))}
    </header>
  );
}

const originWords: Readonly<Record<Candidate["origin"]["kind"], string>> = {
  random: "drawn",
  mutation: "mutation",
  crossover: "crossover",
  model: "language model",
  given: "given",
  hand: "by hand",
};

function Promote({ follower, id }: { follower: RunFollower; id: string }) {
  const promoted = follower.state.value.promoted === id;
  const ended = follower.state.value.status === "finished";
  if (ended) return null;
  return (
    <button
      type="button"
      class="button small"
      aria-pressed={promoted}
      title="The next iteration improves on this one, whatever its rank"
      onClick={() =>
        void request(follower.name, { type: "promote", id: promoted ? null : id }).then(() =>
          follower.look(),
        )
      }
    >
      {promoted ? "Promoted" : "Promote"}
    </button>
  );
}

interface ShownCodeProps {
  readonly follower: RunFollower;
  readonly candidate: Candidate;
  readonly diff: boolean;
}

function ShownCode({ follower, candidate, diff }: ShownCodeProps) {
  const state = follower.state.value;
  const attempt = candidate.attempts[candidate.attempts.length - 1];
  const { text, problem } = useArtifact(follower.name, attempt?.source ?? null);
  const parent = useArtifact(follower.name, diff ? parentSource(state, candidate) : null);
  const growing = follower.curves.value.find(
    ({ name, growing }) => growing && name === candidate.id,
  );
  const marks = text === null ? [] : marksOf(text, candidate, growing?.terms);
  if (problem) return <p class="problem-text">{problem.message}</p>;
  if (text === null || (diff && parent.text === null)) return <div class="code-host" />;
  const issues = (attempt?.check?.issues ?? []) as Check["issues"];
  const words = problemWords(issues);
  return (
    <>
      <CodeHost text={text} against={diff ? parent.text : null} marks={marks} issues={issues} />
      {words && (
        <footer class="fork-foot">
          <output class="bad">{words}</output>
        </footer>
      )}
    </>
  );
}

/** How many errors a check found and the first in words; null where it found none. */
function problemWords(issues: Check["issues"]): string | null {
  const errors = issues.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  return `${plural(errors.length, "problem")}: ${errors[0].message}`;
}

function parentSource(state: RunState, candidate: Candidate): string | null {
  const parent = state.candidates.find(({ id }) => id === candidate.origin.parents[0]);
  return parent?.attempts[parent.attempts.length - 1]?.source ?? null;
}

function marksOf(
  code: string,
  candidate: Candidate,
  growing: Readonly<Record<string, readonly (number | null)[]>> | undefined,
): LineMark[] {
  const reflection = candidate.rungs[candidate.rungs.length - 1]?.reflection;
  const terms = growing
    ? Object.entries(growing).map(([name, values]) => ({ name, values }))
    : (reflection?.series ?? []).filter(({ kind }) => kind === "term");
  const names = terms.map(({ name }) => name);
  const colors = termColors(names);
  return terms.flatMap(({ name, values }, i) => {
    const line = termLine(name, code);
    if (line === null) return [];
    const last = values.findLast((value) => value !== null) ?? Number.NaN;
    const title = `${name} per step through training, last ${short(last)}`;
    return [{ line, color: `--term-${colors[i]}`, values, title }];
  });
}

interface ForkEditorProps {
  readonly follower: RunFollower;
  readonly candidate: Candidate;
  readonly onDone: () => void;
}

/** Edited code goes in as a candidate once its check finds no error. */
function ForkEditor({ follower, candidate, onDone }: ForkEditorProps) {
  const source = candidate.attempts[candidate.attempts.length - 1]?.source ?? null;
  const { text } = useArtifact(follower.name, source);
  const host = useRef<HTMLDivElement>(null);
  const edited = useSignal<string | null>(null);
  const check = useSignal<Check | null>(null);
  const problem = useSignal("");
  const busy = useSignal(false);
  const reason = useSignal("");
  useEffect(() => {
    if (text === null) return;
    let close = () => {};
    let wanted = true;
    void import("./code-view.js").then(({ openCodeView }) => {
      if (!wanted || !host.current) return;
      close = openCodeView({
        host: host.current,
        text,
        against: text,
        marks: [],
        editable: true,
        issues: [],
        check: async (now) => {
          const found = await checkReward(follower.name, now);
          check.value = found;
          return found.issues as never;
        },
        onChange: (now) => {
          edited.value = now;
          check.value = null;
        },
      }).close;
    });
    return () => {
      wanted = false;
      close();
    };
  }, [text, follower, check, edited]);

  const submit = async () => {
    const now = edited.peek();
    if (now === null) return;
    busy.value = true;
    problem.value = "";
    try {
      const found = await checkReward(follower.name, now);
      check.value = found;
      if (found.accepted) {
        await request(follower.name, {
          type: "fork",
          source: now,
          parents: [candidate.id],
          reason: reason.peek().trim() || `${candidate.id}, edited by hand`,
        });
        follower.look();
        onDone();
      }
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = false;
  };
  const problems = problemWords(check.value?.issues ?? []);
  const over = follower.state.value.status === "finished";
  return (
    <>
      <div class="code-host" ref={host} />
      <footer class="fork-foot">
        <output class={problems ? "bad" : "soft"}>
          {edited.value === null
            ? "Checked as you write."
            : check.value === null
              ? "Checking …"
              : (problems ?? `Fine: ${check.value.terms.join(", ")}`)}
        </output>
        {problem.value && <output class="bad">{problem.value}</output>}
        <span class="spacer" />
        <input
          class="field"
          placeholder="what you changed"
          aria-label="What you changed"
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <button
          type="button"
          class="button primary"
          disabled={busy.value || edited.value === null || problems !== null || over}
          title={over ? "the search has ended" : "It is trained with the iteration"}
          onClick={() => void submit()}
        >
          <Icon name="fork" size={15} />
          Train it
        </button>
      </footer>
    </>
  );
}
