/** What came back, as it came; for the manual designer, where the answer goes. */
import { useSignal } from "@preact/signals";
import { answerPrompt } from "../../runs/run-actions.js";
import { duration, money } from "../../runs/time-text.js";
import { plural } from "../../ui/format.js";
import type { SideProps } from "./lab-side.js";
import { useConversation } from "./prompt-tab.js";
import { WaitingPrompt } from "./waiting-prompt.js";

export function AnswerTab(props: SideProps) {
  const conversation = useConversation(props);
  const waiting = props.follower.news.value?.waitingFor ?? [];
  const answer = conversation?.answer ?? null;
  return (
    <>
      {waiting.length > 0 && <AnswerBox {...props} waiting={waiting} />}
      {answer && (
        <>
          <p class="tab-head">
            <b>{answer.model}</b>
            <span class="soft number">
              {answer.promptTokens} tokens in, {answer.completionTokens} out,{" "}
              {answer.costUsd === null ? "price not known" : money(answer.costUsd)},{" "}
              {duration(answer.seconds)}
            </span>
          </p>
          <pre class="answer-text">{answer.text}</pre>
        </>
      )}
      {!answer && waiting.length === 0 && (
        <p class="soft tab-text">
          {props.candidate?.origin.kind === "model"
            ? "Nothing came back for this one."
            : "No model was asked for this candidate."}
        </p>
      )}
    </>
  );
}

type Turn = { iteration: number; candidate: number; attempt: number };

function AnswerBox({ follower, waiting }: SideProps & { waiting: readonly Turn[] }) {
  const at = useSignal(0);
  const text = useSignal("");
  const problem = useSignal("");
  const turn = waiting[Math.min(at.value, waiting.length - 1)];
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    problem.value = "";
    try {
      await answerPrompt(follower.name, turn, text.peek());
      text.value = "";
      follower.look();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form class="answer-box" onSubmit={(event) => void send(event)}>
      <p>
        <b>{plural(waiting.length, "prompt")} waiting for your answer.</b>{" "}
        <span class="soft">Copy it into any chat, paste what comes back.</span>
      </p>
      {waiting.length > 1 && (
        <div class="segments">
          {waiting.map(({ iteration, candidate, attempt }, i) => (
            <button
              type="button"
              key={`${iteration}.${candidate}.${attempt}`}
              aria-pressed={turn === waiting[i]}
              onClick={() => {
                at.value = i;
              }}
            >
              {iteration}.{candidate}
              {attempt > 0 ? ` repair ${attempt}` : ""}
            </button>
          ))}
        </div>
      )}
      <WaitingPrompt follower={follower} turn={turn} />
      <textarea
        class="field"
        rows={8}
        aria-label={`Answer for ${turn.iteration}.${turn.candidate}`}
        placeholder="The whole answer, with its ```ts block"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      {problem.value && <p class="problem-text">{problem.value}</p>}
      <button type="submit" class="button primary" disabled={text.value.trim() === ""}>
        Give this answer
      </button>
    </form>
  );
}
