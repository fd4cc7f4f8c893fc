/** What was said to the designer and by it, what will be said next, and what it costs. */
import { useSignal } from "@preact/signals";
import type { Candidate } from "../../../../src/events/run-state.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { AnswerTab } from "./answer-tab.js";
import { CostTab } from "./cost-tab.js";
import { FeedbackTab } from "./feedback-tab.js";
import { NoteBox } from "./note-box.js";
import { PromptTab } from "./prompt-tab.js";

const tabs = [
  ["prompt", "Prompt"],
  ["answer", "Answer"],
  ["feedback", "Feedback"],
  ["cost", "Cost"],
] as const;
type Tab = (typeof tabs)[number][0];

export interface SideProps {
  readonly follower: RunFollower;
  readonly candidate: Candidate | null;
}

export function LabSide({ follower, candidate }: SideProps) {
  const chosen = useSignal<Tab | null>(null);
  const { waitingFor = [], summary } = follower.news.value ?? {};
  const prompts = follower.state.value.prompts.length > 0;
  const first: Tab = waitingFor.length > 0 ? "answer" : prompts ? "prompt" : "feedback";
  const tab = chosen.value ?? first;
  const waits = waitingFor.length > 0;
  return (
    <aside class="lab-side" aria-label="Conversation and cost">
      <div class="tabs" role="tablist">
        {tabs.map(([id, title]) => (
          <button
            type="button"
            role="tab"
            key={id}
            aria-selected={tab === id}
            onClick={() => {
              chosen.value = id;
            }}
          >
            {title}
            {id === "answer" && waits && <i class="dot" title="a prompt waits for an answer" />}
            {id === "feedback" && summary?.status === "paused" && (
              <i class="dot" title="the run waits: what will be sent can be edited" />
            )}
          </button>
        ))}
      </div>
      <div class="lab-tab" role="tabpanel">
        {tab === "prompt" && <PromptTab follower={follower} candidate={candidate} />}
        {tab === "answer" && <AnswerTab follower={follower} candidate={candidate} />}
        {tab === "feedback" && <FeedbackTab follower={follower} candidate={candidate} />}
        {tab === "cost" && <CostTab follower={follower} candidate={candidate} />}
      </div>
      <NoteBox follower={follower} />
    </aside>
  );
}
