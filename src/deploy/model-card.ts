/** The README of a deployment: what the policy is, what it was shown, and what nobody has tested. */
import { frameDim, type NetworkShape } from "../policy/network.js";
import { checkScript } from "./check-script.js";
import type { Deployment } from "./deployment.js";
import type { Manifest } from "./manifest.js";

export function modelCard(manifest: Manifest, deployment: Deployment): string {
  const { policy, randomization, exam } = manifest;
  const { observations, actions, safety, measurements } = deployment;
  const frame = observations.reduce((sum, { size }) => sum + size, 0);
  const fitness =
    policy.fitness === null
      ? "was not measured"
      : `${policy.fitness.toFixed(3)}${policy.fitnessUnit ? ` ${policy.fitnessUnit}` : ""} on held-out episodes in the engine of its training`;
  let column = 0;
  const observationRows = observations.map(({ signal, size, scale, unit, frame, source }) => {
    const columns = size === 1 ? `${column}` : `${column}–${column + size - 1}`;
    column += size;
    return [columns, signal, `${scale}`, unit || "–", frame || "–", source];
  });
  const drawn = Object.entries(randomization.parameters);
  return [
    `# ${manifest.task}: a policy for ${manifest.robot}`,
    "",
    `Exported by ${manifest.program} on ${manifest.createdAt.slice(0, 10)}. **It was trained and tested in simulation only; no real robot was used.** The limits under \`safety\` in \`deploy.yaml\` are guesses from simulation: check every one of them against your robot, and begin with the robot off the ground.`,
    "",
    "## What it is",
    "",
    ...list([
      `policy: ${policy.label}; ${[policy.steps === null ? "" : `${policy.steps} environment steps`, policy.seed === null ? "" : `seed ${policy.seed}`, policy.engine].filter(Boolean).join(", ")}`,
      `network: ${layersOf(policy.network)}, ${policy.network.activation}; normalizer, ${deployment.observation_history > 1 ? "history, " : ""}and clipping to ±1 are inside \`policy.onnx\``,
      `rate: ${(1 / deployment.step_dt).toFixed(1)} Hz (a step of ${deployment.step_dt} s)`,
      `fitness: ${fitness}`,
      exam === null
        ? "exam in another engine: none was sat"
        : "exam in another engine: see `exam` in `manifest.json`",
    ]),
    "",
    "## What it sees",
    "",
    `\`obs\` \`[1, ${frame}]\`: every number is scale × signal.${deployment.observation_history > 1 ? ` The older ${deployment.observation_history - 1} frames are the input \`history\`, oldest first; \`next_history\` is what to give with the next frame. At the start all of them are the first frame.` : ""}`,
    "",
    ...table(["columns", "signal", "scale", "unit", "frame", "source"], observationRows),
    "",
    `The robot has to measure: positions${measurements.effort ? ", efforts" : ""} and velocities of ${measurements.joints.length} joints${measurements.bodies.length > 0 ? `; pose and velocity of ${measurements.bodies.join(", ")}` : ""}${measurements.contacts.length > 0 ? `; contact forces of ${measurements.contacts.join(", ")}` : ""}${measurements.given.length > 0 ? `; ${measurements.given.join(", ")}` : ""}. \`derived.ts\`, where it lies here, says how derived signals follow from the others.`,
    "",
    "## What it commands",
    "",
    "`actions` `[1, " +
      `${actions.length}]\`, each within ±1. Control = offset + scale × action (\`increment\`: the control grows by scale × action × step_dt).`,
    "",
    ...table(
      ["", "actuator", "control", "scale", "offset", "limits"],
      actions.map(({ name, control, mode, scale, offset, limits }, i) => [
        `${i}`,
        name,
        mode === "increment" ? `${control}, ${mode}` : control,
        `${scale}`,
        `${offset}`,
        limits ? limits.map((bound) => bound.toFixed(3)).join(" to ") : "–",
      ]),
    ),
    "",
    "## What it was shown",
    "",
    randomization.drawn
      ? `Training drew, beside initial states: ${drawn.length > 0 ? drawn.map(([name, value]) => `${name} ${JSON.stringify((value as { distribution?: unknown }).distribution ?? value)}`).join("; ") : "no parameters"}; actions late by ${randomization.actionDelaySteps.join(" to ")} control steps; ${randomization.events.length === 0 ? "no pushes" : "pushes"}. What lies outside of that it has never seen.`
      : "Training drew nothing: every episode had the nominal robot, without delay or pushes. It has never seen anything else.",
    "",
    "The reward it was trained with is `reward.ts`.",
    "",
    "## Running it",
    "",
    "With this project, which adds the safety envelope (joint positions, speeds and efforts, tilt, silence: beyond any of them every joint is damped):",
    "",
    "```sh",
    "rewardsmith run . --adapter sim --engine mujoco --seconds 10   # a simulated robot in a process of its own",
    "rewardsmith run . --adapter rosbridge --url ws://localhost:9090",
    "```",
    "",
    `It stops when measurements are older than ${safety.stale_after.toFixed(3)} s. It is no real-time system: close loops over torques on the robot, not here.`,
    "",
    "Without it, `check_policy.py` needs Python with onnxruntime and numpy:",
    "",
    "```python",
    checkScript.trimEnd(),
    "```",
    "",
  ].join("\n");
}

/** Widths from layer to layer, the student's adapter first where there is one. */
function layersOf(network: NetworkShape): string {
  const { observationDim, actor, actionDim, adaptation } = network;
  const chain = (...widths: number[]) => widths.join(" → ");
  if (!adaptation) return chain(observationDim, ...actor, actionDim);
  const { adapter, latent } = adaptation;
  const student = chain(observationDim, ...adapter, latent);
  return `adapter ${student}; with the newest frame ${chain(frameDim(network) + latent, ...actor, actionDim)}`;
}

function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
