import type { RunStatus } from "../../../src/view/data/answers.js";

const words: Readonly<Record<RunStatus, string>> = {
  running: "running",
  paused: "paused",
  waiting: "waits for an answer",
  finished: "finished",
  stopped: "stopped",
  failed: "failed",
  interrupted: "interrupted",
  new: "getting ready",
  unreadable: "unreadable",
};

export function StatusChip({ status, why }: { status: RunStatus; why: string | null }) {
  return (
    <span class="chip status-chip" data-status={status} title={why ?? undefined}>
      <i aria-hidden="true" />
      {words[status]}
    </span>
  );
}
