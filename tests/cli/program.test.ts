import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CommandEntry } from "../../src/cli/commands.js";
import { commandEntries } from "../../src/cli/commands.js";
import { type CliProcess, runCli } from "../../src/cli/program.js";
import { RewardsmithError } from "../../src/core/errors.js";
import { FakeProcess } from "./fake-process.js";

const seen: unknown[] = [];

const entries: CommandEntry[] = [
  {
    name: "paint",
    group: "Colours",
    usage: "paint WALL",
    summary: "Paints a wall",
    example: "paint north",
    load: async () => ({
      define: (command, cli) => {
        command.argument("<wall>").option("--colour <name>", "which one");
        command.action(async (wall: string, options: { colour?: string }) => {
          seen.push([wall, options.colour, cli.runsFolder]);
          if (wall === "wet") {
            throw new RewardsmithError("E_WALL_WET", "the wall is wet", {
              where: "house/north",
              hint: "wait a day",
            });
          }
          if (wall === "broke") throw new RewardsmithError("E_BUDGET_MONEY", "no money left");
          if (wall === "elsewhere") mkdirSync("/dev/null/wall");
          if (wall === "bug") throw new TypeError("x is not a function");
          if (wall === "refused") cli.exitCode = 1;
          cli.terminal.record({ painted: wall });
          cli.terminal.line(`painted ${wall}`);
        });
      },
    }),
  },
];

async function run(...args: string[]) {
  const host = new FakeProcess(...args);
  const code = await runCli(host as CliProcess, entries);
  return { code, out: host.stdout.text, err: host.stderr.text, host };
}

describe("running a command", () => {
  test("a command gets its arguments and flags, the runs folder resolved", async () => {
    const { code, out, err } = await run(
      "paint",
      "north",
      "--colour",
      "red",
      "--runs",
      "elsewhere",
    );
    expect(seen.at(-1)).toEqual(["north", "red", `${process.cwd()}/elsewhere`]);
    expect({ code, out, err }).toEqual({ code: 0, out: "painted north\n", err: "" });
  });

  test("flags common to all commands may stand before the command", async () => {
    expect((await run("--runs", "there", "paint", "north")).code).toBe(0);
    expect(seen.at(-1)).toEqual(["north", undefined, `${process.cwd()}/there`]);
  });

  test("with --json, standard output is JSON alone and words go to standard error", async () => {
    const { out, err } = await run("paint", "north", "--json");
    expect(JSON.parse(out)).toEqual({ painted: "north" });
    expect(err).toBe("painted north\n");
  });

  test("a command may end with another exit code without an error", async () => {
    expect((await run("paint", "refused")).code).toBe(1);
  });
});

describe("errors", () => {
  test("are printed once as code, place, message and hint, without a stack", async () => {
    const { code, out, err } = await run("paint", "wet");
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toBe("E_WALL_WET: house/north: the wall is wet\n  → wait a day\n");
  });

  test("are a JSON object with --json", async () => {
    const { out } = await run("paint", "wet", "--json");
    expect(JSON.parse(out)).toEqual({
      error: {
        code: "E_WALL_WET",
        message: "the wall is wet",
        where: "house/north",
        hint: "wait a day",
      },
    });
  });

  test("show their stack with --debug", async () => {
    const { err } = await run("paint", "wet", "--debug");
    expect(err).toContain("RewardsmithError: the wall is wet\n    at ");
  });

  test("of our own making say that they are a defect", async () => {
    const { code, err } = await run("paint", "bug");
    expect(code).toBe(1);
    expect(err).toBe(
      "x is not a function\n  → this is a defect of rewardsmith; --debug prints where it happened\n",
    );
  });

  test("of a disk that refuses are no defect, whatever was being written", async () => {
    const { code, err } = await run("paint", "elsewhere");
    expect(code).toBe(1);
    expect(err).toMatch(
      /^E_DISK_PATH: \/dev\/null\/wall: .*\(ENOTDIR\)\n {2}→ .*choose another\n$/,
    );
  });

  test("a reached budget has an exit code of its own", async () => {
    expect((await run("paint", "broke")).code).toBe(4);
  });

  test("an unknown command names the nearest and exits 2", async () => {
    const { code, err } = await run("pain", "north");
    expect(code).toBe(2);
    expect(err).toBe(
      'E_CLI_USAGE: unknown command "pain"\n  → did you mean paint? (npx rewardsmith --help lists all)\n',
    );
  });

  test("an unknown flag names the nearest and exits 2", async () => {
    const { code, err } = await run("paint", "north", "--color", "red");
    expect(code).toBe(2);
    expect(err).toContain("E_CLI_USAGE: unknown option '--color'\n  → did you mean --colour?");
  });

  test("a missing argument exits 2", async () => {
    const { code, err } = await run("paint");
    expect(code).toBe(2);
    expect(err).toContain("missing required argument 'wall'");
    expect(err).toContain("npx rewardsmith paint --help");
  });
});

describe("help", () => {
  test("no argument, --help and help show commands with an example each and the exit codes", async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain("Colours:");
    expect(out).toMatch(/paint WALL {2}Paints a wall\n\s+\$ npx rewardsmith paint north/);
    expect(out).toMatch(/4 {2}a budget was reached/);
    expect((await run("--help")).out).toBe(out);
    expect((await run("help")).out).toBe(out);
  });

  test("of one command lists its flags, the common ones and an example", async () => {
    const { code, out } = await run("paint", "--help");
    expect(code).toBe(0);
    expect(out).toContain("--colour <name>");
    expect(out).toContain("--json");
    expect(out).toContain("npx rewardsmith paint north");
    expect((await run("help", "paint")).out).toBe(out);
  });

  test("--version prints the package's version alone", async () => {
    expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(commandEntries.map((entry) => [entry.name]))("of %s can be shown", async (name) => {
    const host = new FakeProcess(name, "--help");
    expect(await runCli(host as CliProcess)).toBe(0);
    expect(host.stderr.text).toBe("");
    expect(host.stdout.text).toContain(`Usage: npx rewardsmith ${name}`);
  });
});

test("a command of commands, given none, shows them", async () => {
  const host = new FakeProcess("prompts");
  expect(await runCli(host as CliProcess)).toBe(0);
  expect(host.stdout.text).toContain("eject");
});

describe("Ctrl-C", () => {
  const waiting: CommandEntry[] = [
    {
      name: "wait",
      group: "",
      usage: "wait",
      summary: "",
      example: "wait",
      load: async () => ({
        define: (command, cli) => {
          command.action(async () => {
            cli.onStop = "Go on with: npx rewardsmith resume x";
            await new Promise((_, reject) => {
              cli.signal.addEventListener("abort", () => reject(cli.signal.reason));
            });
          });
        },
      }),
    },
  ];

  test("stops with exit code 3 and says how to go on", async () => {
    const host = new FakeProcess("wait");
    const code = runCli(host as CliProcess, waiting);
    await new Promise((done) => setTimeout(done, 20));
    host.emit("SIGINT");
    expect(await code).toBe(3);
    expect(host.stderr.text).toContain("press Ctrl-C again to stop at once");
    expect(host.stderr.text).toContain("Stopped. Go on with: npx rewardsmith resume x");
    expect(host.listenerCount("SIGINT")).toBe(0);
  });

  test("twice stops at once", async () => {
    const host = new FakeProcess("wait");
    const code = runCli(host as CliProcess, waiting);
    await new Promise((done) => setTimeout(done, 20));
    host.emit("SIGINT");
    host.emit("SIGINT");
    expect(host.exited).toBe(3);
    await code;
  });
});
