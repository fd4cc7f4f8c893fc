/** How episodes end, what they score, and what is reported of them. */
import { describe, expect, it } from "vitest";
import type { EpisodeSummary } from "../../src/task/environment.js";
import type { TaskInput } from "../../src/task/task.js";
import type { FakeSimulator } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask, plainPrograms, program } from "./fake-task.js";

const idle = actions(1, 0, 0);
/** The hip reads the number of steps made; it drives every program below. */
const counting = ({ state, steps }: FakeSimulator) => state.jointPosition.set([steps]);

/** One environment whose fitness per step is 1, 2, 3, … and which falls when the hip reads `fallAt`. */
function playing(changes: Partial<TaskInput>, fallAt = 1000) {
  const episodes: EpisodeSummary[] = [];
  const task = fakeTask({ maxEpisodeSteps: 6, ...changes });
  const built = fakeEnvironment(task, {
    numEnvs: 1,
    physics: counting,
    onEpisode: (episode) => episodes.push(episode),
    programs: plainPrograms(task, {
      reward: program(task, {
        total: (at) => at("hip.angle") + 0.5,
        progress: (at) => at("hip.angle"),
        effort: () => 0.25,
      }),
      fitness: program(task, { fitness: (at) => at("hip.angle") }),
      termination: program(task, {
        lost: () => 0,
        fell: (at) => (at("hip.angle") >= fallAt ? 1 : 0),
        late: (at) => (at("hip.angle") >= fallAt ? 1 : 0),
      }),
    }),
  });
  built.environment.reset(false);
  return { ...built, episodes };
}

function play(changes: Partial<TaskInput>, fallAt?: number): EpisodeSummary {
  const { environment, episodes } = playing(changes, fallAt);
  while (episodes.length === 0) environment.step(idle);
  return episodes[0];
}

describe("fitness of an episode", () => {
  it.each([
    [{ aggregate: "sum" }, undefined, 21],
    [{ aggregate: "mean" }, undefined, 3.5],
    [{ aggregate: "sum", over: "lastHalf" }, undefined, 15],
    [{ aggregate: "mean", over: "lastHalf" }, undefined, 5],
    // Fallen in step 4 of 6: steps 5 and 6 count as missing.
    [{ aggregate: "sum" }, 4, 10],
    [{ aggregate: "mean" }, 4, 10 / 6],
    [{ aggregate: "mean", over: "lastHalf" }, 4, 4 / 3],
    [{ aggregate: "mean", over: "lastHalf", missing: -1 }, 4, 2 / 3],
    // Fallen before the window began: all of it is missing.
    [{ aggregate: "sum", over: "lastHalf", missing: -1 }, 2, -3],
    [{ aggregate: "max" }, undefined, 6],
    [{ aggregate: "max", missing: 9 }, 4, 4],
    [{ aggregate: "max", over: "lastHalf", missing: -1 }, 2, -1],
  ] as const)("%o with a fall at %s is %d", (fitness, fallAt, score) => {
    expect(play({ fitness }, fallAt).fitness).toBeCloseTo(score, 12);
  });

  it("of an odd number of steps takes the longer half", () => {
    expect(
      play({ fitness: { aggregate: "sum", over: "lastHalf" }, maxEpisodeSteps: 5 }).fitness,
    ).toBe(12);
  });
});

describe("endings", () => {
  it("by the task are terminations, by the clock time-outs, by both the former", () => {
    const byTask = playing({}, 3);
    for (let i = 0; i < 3; i++) byTask.environment.step(idle);
    expect([byTask.environment.terminated[0], byTask.environment.timeOuts[0]]).toEqual([1, 0]);
    expect(byTask.episodes[0]).toMatchObject({ ending: "fell", length: 3 });

    const byClock = playing({});
    for (let i = 0; i < 6; i++) byClock.environment.step(idle);
    expect([byClock.environment.terminated[0], byClock.environment.timeOuts[0]]).toEqual([0, 1]);
    expect(byClock.episodes[0]).toMatchObject({ ending: "timeOut", length: 6 });

    const byBoth = playing({}, 6);
    for (let i = 0; i < 6; i++) byBoth.environment.step(idle);
    expect([byBoth.environment.terminated[0], byBoth.environment.timeOuts[0]]).toEqual([1, 0]);
  });

  it("are cleared in the next step", () => {
    const { environment } = playing({});
    for (let i = 0; i < 7; i++) environment.step(idle);
    expect([environment.terminated[0], environment.timeOuts[0]]).toEqual([0, 0]);
  });

  it("come with the reward of the state before the reset, and the observation after it", () => {
    const { environment } = playing({}, 3);
    for (let i = 0; i < 3; i++) environment.step(idle);
    expect(environment.rewards[0]).toBe(3.5);
    expect(environment.observations[0]).toBe(0);
  });

  it("are numbered per environment in the order they happen", () => {
    const { environment, episodes } = playing({});
    for (let i = 0; i < 18; i++) environment.step(idle);
    expect(episodes.map(({ index }) => index)).toEqual([0, 1, 2]);
    environment.reset(false);
    for (let i = 0; i < 6; i++) environment.step(idle);
    expect(episodes[3].index).toBe(0);
  });
});

describe("statistics", () => {
  it("are means per step and per ended episode since they were last taken", () => {
    const { environment } = playing({}, 3);
    for (let i = 0; i < 3; i++) environment.step(idle);
    const statistics = environment.takeStatistics();
    expect(statistics).toEqual({
      steps: 3,
      reward: 2.5,
      terms: { progress: 2, effort: 0.25 },
      episodes: 1,
      episodeReturn: 7.5,
      episodeLength: 3,
      fitness: 6,
      termSums: { progress: 6, effort: 0.75 },
      endings: { lost: 0, fell: 1, late: 0, timeOut: 0, nonFinite: 0 },
    });
    environment.step(idle);
    // The fourth step falls at once.
    expect(environment.takeStatistics()).toMatchObject({
      steps: 1,
      reward: 4.5,
      episodes: 1,
      fitness: 4,
    });
  });

  it("are NaN over episodes when none has ended", () => {
    const { environment } = playing({});
    environment.step(idle);
    const statistics = environment.takeStatistics();
    expect(statistics.episodes).toBe(0);
    expect(statistics.fitness).toBeNaN();
    expect(statistics.termSums["progress"]).toBeNaN();
  });

  it("hold the human reward where it is computed", () => {
    const task = fakeTask();
    const human = program(task, { total: () => 0.75, height: () => 0.75 });
    const { environment } = fakeEnvironment(task, {
      numEnvs: 1,
      programs: plainPrograms(task, { human }),
    });
    environment.reset(false);
    environment.step(idle);
    expect(environment.takeStatistics().humanReward).toBe(0.75);
  });

  it("leave out episodes that a staggered start began in the middle", () => {
    const episodes: EpisodeSummary[] = [];
    const task = fakeTask({ maxEpisodeSteps: 10 });
    const { environment } = fakeEnvironment(task, {
      numEnvs: 200,
      onEpisode: (episode) => episodes.push(episode),
    });
    environment.reset(true);
    let timeOuts = 0;
    const perStep: number[] = [];
    for (let i = 0; i < 10; i++) {
      environment.step(actions(200, 0, 0));
      perStep.push(environment.timeOuts.reduce((sum, flag) => sum + flag, 0));
      timeOuts += perStep[i];
    }
    // Every environment timed out once, at different steps.
    expect(timeOuts).toBe(200);
    expect(Math.max(...perStep)).toBeLessThan(50);
    // Booked are only those few that happened to begin at age 0, with all ten steps' reward.
    expect(episodes.length).toBeLessThan(50);
    expect(episodes.every((episode) => episode.episodeReturn === 10)).toBe(true);
    expect(environment.takeStatistics().episodes).toBe(episodes.length);
  });
});

describe("numbers that are not finite", () => {
  it("in the simulation end the episode, and no NaN reaches rewards or observations", () => {
    const physics = ({ state, steps }: FakeSimulator) => {
      if (steps === 3) state.jointVelocity[0] = Number.POSITIVE_INFINITY;
      if (steps === 3) state.jointPosition[0] = Number.NaN;
    };
    const task = fakeTask();
    const { environment, read } = fakeEnvironment(task, { physics });
    environment.reset(false);
    for (let i = 0; i < 3; i++) environment.step(actions(2, 0, 0));
    expect([...environment.terminated]).toEqual([1, 0]);
    expect([...environment.rewards]).toEqual([0, 1]);
    expect(environment.observations.every(Number.isFinite)).toBe(true);
    expect(environment.takeStatistics().endings["nonFinite"]).toBe(1);
    expect(read("episode.time", 0)).toEqual([0]);
    environment.step(actions(2, 0, 0));
    expect([...environment.terminated]).toEqual([0, 0]);
  });

  it.each([
    ["a joint", ({ state }: FakeSimulator) => state.jointVelocity.fill(2e4, 0, 1)],
    [
      "a body that no signal shows",
      ({ state }: FakeSimulator) => state.bodyVelocity.fill(-3e9, 17, 18),
    ],
    [
      "a body that is lost",
      ({ state }: FakeSimulator) => state.bodyVelocity.fill(Number.NaN, 8, 9),
    ],
  ])("are foreseen where %s moves impossibly fast: the episode ends unpaid", (_, explode) => {
    const task = fakeTask();
    const physics = (simulator: FakeSimulator) => {
      simulator.state.bodyVelocity.fill(0);
      simulator.state.jointVelocity.fill(0);
      if (simulator.steps === 2) explode(simulator);
    };
    const { environment } = fakeEnvironment(task, { physics });
    environment.reset(false);
    environment.step(actions(2, 0, 0));
    expect([...environment.terminated]).toEqual([0, 0]);
    // What the engine said stays until the fake's next step; a real reset writes it anew.
    const { simulator } = environment as unknown as { simulator: FakeSimulator };
    const reset = simulator.reset.bind(simulator);
    simulator.reset = (env, initial) => {
      simulator.state.bodyVelocity.fill(0);
      reset(env, initial);
    };
    environment.step(actions(2, 0, 0));
    expect([...environment.terminated]).toEqual([1, 0]);
    expect([...environment.rewards]).toEqual([0, 1]);
    expect(environment.takeStatistics().endings["nonFinite"]).toBe(1);
  });

  it("in the simulation are seen by no program", () => {
    const task = fakeTask();
    const seen: number[] = [];
    const reward = program(task, {
      total: (at) => seen.push(at("hip.angle")),
      hip: (at) => at("hip.angle"),
    });
    const physics = ({ state }: FakeSimulator) => state.jointPosition.fill(Number.NaN, 0, 1);
    const { environment } = fakeEnvironment(task, {
      physics,
      programs: plainPrograms(task, { reward }),
    });
    environment.reset(false);
    environment.step(actions(2, 0, 0));
    expect(seen).toEqual([0, 0]);
  });

  it("that stay after a reset are an error", () => {
    const task = fakeTask({
      signals: { x: { source: { kind: "bodyPosition", body: "left" }, description: "" } },
      observation: [{ signal: "x" }],
    });
    const physics = ({ state }: FakeSimulator) => state.bodyPose.fill(Number.NaN, 7, 14);
    const { environment } = fakeEnvironment(task, { physics });
    environment.reset(false);
    expect(() => environment.step(actions(2, 0, 0))).toThrow(
      expect.objectContaining({ code: "E_SIM_NOT_FINITE" }),
    );
  });

  it("in a reward stop the training, naming the term and the step", () => {
    const task = fakeTask();
    const reward = program(task, {
      total: () => 1,
      speed: (at) => (at("episode.time") > 0.15 ? Math.log(-1) : 1),
    });
    const { environment } = fakeEnvironment(task, { programs: plainPrograms(task, { reward }) });
    environment.reset(false);
    environment.step(actions(2, 0, 0));
    expect(() => environment.step(actions(2, 0, 0))).toThrow(
      expect.objectContaining({
        code: "E_REWARD_NOT_FINITE",
        message: expect.stringMatching(/"speed" is NaN in step 2 .*environment 0/),
      }),
    );
  });

  it("in fitness are its own error", () => {
    const task = fakeTask();
    const fitness = program(task, { fitness: () => 1 / 0 });
    const { environment } = fakeEnvironment(task, { programs: plainPrograms(task, { fitness }) });
    environment.reset(false);
    expect(() => environment.step(actions(2, 0, 0))).toThrow(
      expect.objectContaining({ code: "E_FITNESS_NOT_FINITE" }),
    );
  });

  it("a program out of fuel stops the training too", () => {
    const task = fakeTask();
    const reward = { columns: ["total", "x"], run: () => 1 };
    const { environment } = fakeEnvironment(task, { programs: plainPrograms(task, { reward }) });
    environment.reset(false);
    expect(() => environment.step(actions(2, 0, 0))).toThrow(
      expect.objectContaining({
        code: "E_REWARD_FUEL",
        message: expect.stringContaining("environment 1"),
      }),
    );
  });
});

describe("derived signals", () => {
  const signals: TaskInput["signals"] = {
    hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
    pair: { source: { kind: "derived", size: 2 }, description: "" },
  };

  it("are computed from the state of the step, before the other programs, and anew after a reset", () => {
    const task = fakeTask({
      signals,
      observation: [{ signal: "pair" }],
      maxEpisodeSteps: 2,
      reset: { jointPosition: { hip: 0.5 } },
    });
    const derived = program(task, {
      "pair[0]": (at) => at("hip") * 2,
      "pair[1]": (at) => at("hip") + 1,
    });
    const reward = program(task, { total: (at) => at("pair", 1), seen: (at) => at("pair", 1) });
    const { environment } = fakeEnvironment(task, {
      numEnvs: 1,
      physics: counting,
      programs: plainPrograms(task, { derived, reward }),
    });
    environment.reset(false);
    expect([...environment.observations]).toEqual([1, 1.5]);
    environment.step(idle);
    expect(environment.rewards[0]).toBe(2);
    expect([...environment.observations]).toEqual([2, 2]);
    environment.step(idle);
    expect(environment.rewards[0]).toBe(3);
    expect([...environment.observations]).toEqual([1, 1.5]);
  });

  it("follow a command that is drawn anew", () => {
    const task = fakeTask({
      signals: {
        goal: {
          source: { kind: "command", low: [0], high: [1], intervalSeconds: 0.1 },
          description: "",
        },
        twice: { source: { kind: "derived" }, description: "" },
      },
      observation: [{ signal: "goal" }, { signal: "twice" }],
    });
    const derived = program(task, { twice: (at) => at("goal") * 2 });
    const { environment } = fakeEnvironment(task, {
      numEnvs: 1,
      programs: plainPrograms(task, { derived }),
    });
    environment.reset(false);
    const before = environment.observations[0];
    environment.step(idle);
    const [goal, twice] = environment.observations;
    expect(goal).not.toBe(before);
    expect(twice).toBe(2 * goal);
  });

  it("renew a command they call reached, after fitness has counted it", () => {
    const task = fakeTask({
      signals: {
        goal: {
          source: { kind: "command", low: [0], high: [1], renewWhen: "reached" },
          description: "",
        },
        reached: { source: { kind: "derived" }, description: "" },
      },
      observation: [{ signal: "goal" }, { signal: "episode.time" }],
    });
    const third = (seconds: number) => (Math.round(seconds * 10) % 3 === 0 && seconds > 0 ? 1 : 0);
    const derived = program(task, { reached: (at) => third(at("episode.time")) });
    const fitness = program(task, { fitness: (at) => at("reached") });
    const scores: number[] = [];
    const { environment } = fakeEnvironment(task, {
      numEnvs: 1,
      programs: plainPrograms(task, { derived, fitness }),
      onEpisode: (episode) => scores.push(episode.fitness),
    });
    environment.reset(false);
    const goals = [environment.observations[0]];
    for (let i = 0; i < 10; i++) {
      environment.step(idle);
      goals.push(environment.observations[0]);
    }
    expect(goals[2]).toBe(goals[0]);
    expect(goals[3]).not.toBe(goals[2]);
    expect(goals[5]).toBe(goals[3]);
    expect(goals[6]).not.toBe(goals[5]);
    expect(scores).toEqual([3]);
  });

  it("that the program does not all compute are an error when the environment is made", () => {
    const task = fakeTask({ signals });
    const derived = program(task, { "pair[0]": () => 0 });
    expect(() => fakeEnvironment(task, { programs: plainPrograms(task, { derived }) })).toThrow(
      expect.objectContaining({ code: "E_TASK_INVALID", hint: expect.stringContaining("pair") }),
    );
  });
});
