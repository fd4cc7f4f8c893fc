import { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  addSettingFlags,
  assignmentHelp,
  givenSettings,
  parseAssignments,
  resolveSettings,
  settingFields,
} from "../../src/cli/setting-flags.js";
import { trainingSettingsSchema } from "../../src/task/settings.js";

const schema = z.strictObject({
  candidates: z.int().positive().default(6).describe("rewards per iteration"),
  halving: z.boolean().default(true).describe("stop the weak early"),
  order: z.enum(["fast", "slow"]).default("fast").describe("which order"),
  target: z.number().nullable().default(null).describe("fitness that is enough"),
  maxUsd: z.number().positive().optional().describe("money, US dollars"),
  ppo: z.strictObject({ lr: z.number().default(1) }).prefault({}),
});

function given(args: string[], env: Record<string, string> = {}) {
  const command = new Command().exitOverride();
  addSettingFlags(command, schema, { group: "Search:" });
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    command.parse(args, { from: "user" });
  } finally {
    process.env = before;
  }
  return givenSettings(command, schema);
}

describe("flags made from a schema", () => {
  test("carry only what was given, with the schema's types", () => {
    expect(given([])).toEqual({});
    expect(
      given(["--candidates", "4", "--max-usd", "0.5", "--order", "slow", "--target", "0.9"]),
    ).toEqual({
      candidates: 4,
      target: 0.9,
      maxUsd: 0.5,
      order: "slow",
    });
  });

  test("turn booleans on and off", () => {
    expect(given(["--no-halving"])).toEqual({ halving: false });
    expect(given(["--halving"])).toEqual({ halving: true });
  });

  test("can come from the environment, where a flag wins", () => {
    expect(given([], { REWARDSMITH_CANDIDATES: "9" })).toEqual({ candidates: 9 });
    expect(given(["--candidates", "2"], { REWARDSMITH_CANDIDATES: "9" })).toEqual({
      candidates: 2,
    });
  });

  test("show description, choices and default in the help", () => {
    const command = new Command();
    addSettingFlags(command, schema, { group: "Search:" });
    const help = command.helpInformation();
    expect(help).toContain("rewards per iteration (default 6");
    expect(help).toMatch(/--order <choice> +which order \[fast, slow\] \(default\s+fast\)/);
    expect(help).toContain("--target <n>");
    expect(help).not.toContain("null");
    expect(help).toMatch(/--no-halving turns\s+it off/);
    expect(help).not.toContain("ppo");
  });

  test("say once that values can come from the environment, and how", () => {
    let help = "";
    const command = new Command()
      .configureOutput({ writeOut: (text) => (help += text) })
      .addOption(new Option("--other", "no setting").env("OTHER"));
    addSettingFlags(command, schema, { group: "Search:" });
    command.outputHelp();
    expect(help.match(/REWARDSMITH_/g)).toHaveLength(1);
    expect(help).toContain("Search flags that take a value can come from the environment, too:");
    expect(help).toContain("--candidates as REWARDSMITH_CANDIDATES");
    expect(help).toContain("(env: OTHER)");
  });
});

describe("--set path=value", () => {
  test("fills nested settings with numbers, booleans, lists and words", () => {
    const text = ["ppo.lr=3e-4", "network.actor=64,32", "randomize=false", "ppo.schedule=fixed"];
    expect(parseAssignments(text, trainingSettingsSchema)).toEqual({
      ppo: { lr: 3e-4, schedule: "fixed" },
      network: { actor: [64, 32] },
      randomize: false,
    });
  });

  test("an unknown path names the nearest", () => {
    expect(() => parseAssignments(["ppo.gama=1"], trainingSettingsSchema)).toThrow(
      expect.objectContaining({
        code: "E_SETTINGS_UNKNOWN",
        message: 'no setting is named "ppo.gama"',
        hint: "did you mean ppo.gamma?",
      }),
    );
  });

  test("an assignment without = says the form", () => {
    expect(() => parseAssignments(["ppo.lr"], trainingSettingsSchema)).toThrow(
      expect.objectContaining({ code: "E_SETTINGS_FORM" }),
    );
  });

  test("the help lists every path", () => {
    const help = assignmentHelp(trainingSettingsSchema);
    for (const field of settingFields(trainingSettingsSchema)) expect(help).toContain(field.path);
    expect(help).toMatch(/ppo\.schedule .*\[adaptive, fixed\] \(adaptive\)/);
  });
});

describe("resolving", () => {
  test("a later layer wins member by member and the schema fills the rest", () => {
    const settings = resolveSettings(
      trainingSettingsSchema,
      { ppo: { lr: 1e-3, gamma: 0.9 } },
      { ppo: { lr: 5e-4 } },
    );
    expect(settings.ppo.lr).toBe(5e-4);
    expect(settings.ppo.gamma).toBe(0.9);
    expect(settings.ppo.clipRange).toBe(0.2);
  });

  test("a value that does not fit names its path and what it may be", () => {
    expect(() => resolveSettings(schema, { order: "quick" })).toThrow(
      expect.objectContaining({
        code: "E_SETTINGS_VALUE",
        where: "order",
        message: 'expected one of "fast"|"slow"',
        hint: "order=fast|slow  which order (default fast)",
      }),
    );
    expect(() => resolveSettings(schema, { candidates: "many" })).toThrow(
      expect.objectContaining({ where: "candidates", message: "expected number, received string" }),
    );
    expect(() => resolveSettings(schema, { ppo: { rate: 1 } })).toThrow(
      expect.objectContaining({ code: "E_SETTINGS_UNKNOWN" }),
    );
  });
});
