/** The smallest task that can be taken to another world: a cart on a rail that should stay in the middle. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const files = {
  "robot.xml": `<mujoco model="glide"><worldbody>
  <body name="cart"><joint name="cart" type="slide" axis="1 0 0" damping="1"/>
    <geom name="cart" type="box" size=".1 .1 .1" mass="1" contype="0" conaffinity="0"/></body>
</worldbody><actuator><motor name="cart" joint="cart"/></actuator></mujoco>`,
  "task.ts": `import { defineTask } from "rewardsmith";
export default defineTask({
  name: "glide", controlDtSeconds: 0.05, maxEpisodeSteps: 40,
  physics: { train: { substeps: 1, solverIterations: 4 }, reference: { substeps: 4, solverIterations: 4 } },
  signals: {
    "cart.place": { source: { kind: "jointPosition", joint: "cart" }, description: "place on the rail" },
    "cart.speed": { source: { kind: "jointVelocity", joint: "cart" }, description: "speed" },
  },
  observation: [{ signal: "cart.place" }, { signal: "cart.speed" }],
  actions: [{ actuator: "cart", scale: 3, description: "force, N" }],
  reset: { jointPosition: { cart: { uniform: [-0.5, 0.5] } } },
  fitness: { aggregate: "mean", missing: -2, unit: "m" },
  randomization: { massFactor: { distribution: { uniform: [0.8, 1.2] } } },
  steps: 4096,
  training: {
    numEnvs: 16, numStepsPerEnv: 32, randomize: true,
    ppo: { minibatchSize: 256 }, network: { actor: [8], critic: [8] },
  },
  transfer: {
    measures: {
      middle: { description: "share of the time within 1 m" },
      offset: { aggregate: "last", unit: "m", description: "distance at the end" },
      jerk: { unit: "1/s", description: "rate of the action" },
    },
    success: { measures: { offset: [0, 1] } },
    loose: { measures: { offset: [0, 1.5] } },
    headline: "middle", smoothness: "jerk",
    exam: { seconds: 1, pass: 0.5 },
  },
});`,
  "fitness.ts": "export function fitness(s: State): number { return -Math.abs(s.cart.place); }",
  "termination.ts":
    "export function termination(s: State): Flags { return { off: Math.abs(s.cart.place) > 2 }; }",
  "reward.ts": `export function reward(s: State): Terms {
  return { middle: 1 - s.cart.place ** 2, calm: -0.1 * s.cart.speed ** 2 };
}`,
  "measures.ts": `export function measures(s: State): Terms {
  const place = Math.abs(s.cart.place);
  return { middle: place < 1 ? 1 : 0, offset: place, jerk: Math.abs(s.action[0] - s.previousAction[0]) * 20 };
}`,
  "task.md": "## Task\nStay in the middle.\n## Success\nNear it.\n## Termination\n2 m off.\n",
};

/** Writes it below a folder and returns its own. */
export function glideTask(folder: string): string {
  const own = path.join(folder, "glide");
  mkdirSync(own);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(own, name), text);
  return own;
}
