/** Delays of a whole environment in both engines: the same motion, that much later. */
import { expect, test } from "vitest";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import { engineNames } from "../../../src/sim/simulator.js";
import { simulatorOptions } from "../../../src/task/simulator-options.js";
import { createTaskEnvironment } from "../../../src/task/task-environment.js";
import { robotOf } from "../../sim/world.js";
import { fakeTask, plainPrograms } from "../../task/fake-task.js";

const rail = `
  <option gravity="0 0 0"/>
  <worldbody><body name="block"><joint name="rail" type="slide" axis="1 0 0" damping="1"/>
    <inertial pos="0 0 0" mass="2" diaginertia=".1 .1 .1"/></body></worldbody>
  <actuator><motor name="motor" joint="rail"/></actuator>`;

test.each(engineNames)(
  "%s: late actions and late senses shift the response by exactly that time",
  async (engine) => {
    const robot = await robotOf(rail);
    const where = async (name: "actionDelaySteps" | "observationDelaySteps" | null) => {
      const task = fakeTask(
        {
          controlDtSeconds: 0.02,
          maxEpisodeSteps: 100,
          signals: {
            x: { source: { kind: "jointPosition", joint: "rail" }, description: "" },
          },
          observation: [{ signal: "x" }],
          actions: [{ actuator: "motor", scale: 10, description: "" }],
          randomization: name ? { [name]: { distribution: 3 } } : {},
        },
        robot,
      );
      const environment = createTaskEnvironment({
        task,
        simulator: await createSimulator(engine, simulatorOptions(task, 1, "train")),
        programs: plainPrograms(task),
        seed: 1,
        stream: "train",
        randomize: true,
      });
      environment.reset(false);
      const seen: number[] = [];
      for (let i = 0; i < 30; i++) {
        environment.step(Float32Array.of(i < 10 ? 1 : -0.5));
        seen.push(environment.observations[0]);
      }
      environment.dispose();
      return seen;
    };
    const prompt = await where(null);
    expect(prompt[9]).toBeGreaterThan(0.05);
    for (const name of ["actionDelaySteps", "observationDelaySteps"] as const) {
      const late = await where(name);
      expect(late.slice(0, 3)).toEqual([0, 0, 0]);
      expect(late.slice(3)).toEqual(prompt.slice(0, 27));
    }
  },
);
