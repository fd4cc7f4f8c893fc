/** What the next prompt tells of the best reward's training; editable while the run waits. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type NextPrompt, nextPromptSchema } from "../../../../src/view/data/answers.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { request } from "../../runs/run-actions.js";
import { Sparkline } from "../../runs/sparkline.js";
import { getJson } from "../../state/api.js";
import { short } from "../../ui/format.js";
import { termColor, termColors } from "../../ui/term-colors.js";
import { Blocks } from "./blocks.js";
import type { SideProps } from "./lab-side.js";

export function FeedbackTab({ follower, candidate }: SideProps) {
  const next = useNextPrompt(follower);
  return (
    <>
      {candidate && <ReflectionTable candidate={candidate} />}
      {next?.readsPrompts && <NextIteration follower={follower} next={next} />}
      {next && !next.readsPrompts && (
        <p class="soft tab-text">
          This designer reads the numbers above themselves; a language model would be sent them as
          text, which could be edited here.
        </p>
      )}
    </>
  );
}

function useNextPrompt(follower: RunFollower): NextPrompt | null {
  const next = useSignal<NextPrompt | null>(null);
  const { status, iterations, candidates, pendingNotes, editedReflections, promoted, votes } =
    follower.state.value;
  const trained = candidates.filter(({ rungs }) => rungs.length > 0).length;
  const key = JSON.stringify([
    status,
    iterations.length,
    trained,
    pendingNotes,
    editedReflections,
    promoted,
    votes.length,
  ]);
  useEffect(() => {
    let wanted = true;
    getJson(`/api/runs/${encodeURIComponent(follower.name)}/next`, nextPromptSchema)
      .then((found) => {
        if (wanted) next.value = found;
      })
      .catch(() => {
        if (wanted) next.value = null;
      });
    return () => {
      wanted = false;
    };
  }, [key, follower, next]);
  return next.value;
}

function ReflectionTable({ candidate }: { candidate: NonNullable<SideProps["candidate"]> }) {
  const reflection = candidate.rungs[candidate.rungs.length - 1]?.reflection;
  if (!reflection) return <p class="soft tab-text">Nothing measured of {candidate.id} yet.</p>;
  const names = reflection.series.filter(({ kind }) => kind === "term").map(({ name }) => name);
  const colors = termColors(names);
  const endings = Object.entries(reflection.endings).filter(([, share]) => share > 0);
  return (
    <section class="reflection">
      <h3>{candidate.id} through its training</h3>
      <table>
        <thead>
          <tr>
            <th>per step</th>
            <th>ten snapshots</th>
            <th>max</th>
            <th>mean</th>
            <th>min</th>
          </tr>
        </thead>
        <tbody>
          {reflection.series.map(({ name, kind, values, max, mean, min }) => (
            <tr key={name} data-kind={kind}>
              <td title={name}>{name}</td>
              <td>
                <Sparkline
                  values={values}
                  title={values.map((v) => short(v ?? Number.NaN)).join(", ")}
                  width={56}
                  filled={kind === "term"}
                  color={
                    kind === "term"
                      ? termColor(colors[names.indexOf(name)])
                      : kind === "fitness"
                        ? "var(--good)"
                        : "var(--text-faint)"
                  }
                />
              </td>
              <td class="number">{short(max ?? Number.NaN)}</td>
              <td class="number">{short(mean ?? Number.NaN)}</td>
              <td class="number">{short(min ?? Number.NaN)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {endings.length > 0 && (
        <p class="soft">
          Episodes ended by{" "}
          {endings
            .map(
              ([name, share]) =>
                `${name === "timeOut" ? "time limit" : name} ${Math.round(100 * share)} %`,
            )
            .join(", ")}
          .
        </p>
      )}
    </section>
  );
}

function NextIteration({ follower, next }: { follower: RunFollower; next: NextPrompt }) {
  return (
    <section class="next-prompt">
      <h3>
        Iteration {next.iteration} {next.waits ? "will be told" : "would be told now"}
      </h3>
      <p class="soft">
        {next.waits
          ? "The run waits. What you change here is sent in place of what was measured."
          : "Pause the run to change what is sent."}
      </p>
      {next.told.map((told) => (
        <ToldReflection
          key={`${next.iteration} ${told.id}`}
          follower={follower}
          iteration={next.iteration}
          told={told}
          editable={next.waits}
        />
      ))}
      <p class="tab-head">
        <b class="number">{next.tokens} tokens</b> <span class="soft">the whole prompt</span>
      </p>
      <Blocks messages={next.messages} />
    </section>
  );
}

interface ToldProps {
  readonly follower: RunFollower;
  readonly iteration: number;
  readonly told: NextPrompt["told"][number];
  readonly editable: boolean;
}

function ToldReflection({ follower, iteration, told, editable }: ToldProps) {
  const text = useSignal(told.edited ?? told.measured);
  const problem = useSignal("");
  const sent = told.edited ?? told.measured;
  const save = async (now: string | null) => {
    problem.value = "";
    try {
      await request(follower.name, { type: "editReflection", iteration, id: told.id, text: now });
      if (now === null) text.value = told.measured;
      follower.look();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="told">
      <p>
        <b>{told.id}</b>{" "}
        <span class="soft">{told.role === "best" ? "to improve on" : "best of the last"}</span>
        {told.edited !== null && <span class="chip edited">edited</span>}
      </p>
      <textarea
        class="field"
        rows={Math.min(12, sent.split("\n").length + 1)}
        aria-label={`What is told of ${told.id}`}
        readOnly={!editable}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      {problem.value && <p class="problem-text">{problem.value}</p>}
      {editable && (
        <div class="note-row">
          <button
            type="button"
            class="button small"
            disabled={text.value === sent || text.value.trim() === ""}
            onClick={() => void save(text.value)}
          >
            Send this instead
          </button>
          {told.edited !== null && (
            <button type="button" class="button small" onClick={() => void save(null)}>
              As measured
            </button>
          )}
        </div>
      )}
    </div>
  );
}
