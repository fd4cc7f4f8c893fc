/** What cannot be asked of a run as it stands, said before it is asked. */
import { RewardsmithError } from "../../core/errors.js";
import type { RunRequest } from "../../events/request.js";
import type { StoredRun } from "./stored-runs.js";

/** Throws where a request would mean nothing. */
export function refuseRequest({ state, live }: StoredRun, request: RunRequest): void {
  const refuse = (message: string, hint?: string): never => {
    throw new RewardsmithError("E_RUN_REQUEST", message, hint === undefined ? {} : { hint });
  };
  const need = (id: string) => {
    if (!state.candidates.some((candidate) => candidate.id === id)) {
      refuse(`the run has no candidate ${id}`);
    }
  };
  const searching = state.status !== "finished" && !state.finalsPlan;
  switch (request.type) {
    case "note":
    case "fork":
    case "promote":
    case "editReflection":
      if (!searching) refuse("the search has ended", "start another one");
      if (request.type === "promote" && request.id !== null) need(request.id);
      if (request.type === "editReflection") {
        need(request.id);
        const begun = state.iterations.some(({ iteration }) => iteration === request.iteration);
        if (begun) refuse(`iteration ${request.iteration} was asked for already`);
      }
      break;
    case "vote":
      need(request.a);
      need(request.b);
      if (request.a === request.b) refuse("a vote is between two");
      break;
    case "pause":
    case "unpause":
    case "stop":
      if (!live) refuse("no process works on it", "take it up again first");
      break;
  }
}
