/**
 * Which of a training's policies counts. A policy may lose again what it had learned, so those after
 * several parts of the training are measured on the episodes that candidates are selected by.
 */
import type { EvaluationRequest, PolicyChoice } from "../run/job.js";
import type { DesignSettings } from "./settings.js";

export function selectEpisodes({ episodes }: DesignSettings): EvaluationRequest {
  return { set: "select", profile: "reference", episodes };
}

/** For a training of `steps` environment steps. The original takes its last policy. */
export function policyChoice(settings: DesignSettings, steps: number): PolicyChoice {
  const parts = settings.faithful ? [] : settings.checkpoints;
  return { after: parts.map((part) => Math.round(part * steps)), by: selectEpisodes(settings) };
}
