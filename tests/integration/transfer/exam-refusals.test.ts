/** What `exam` says to a policy that cannot sit it: one error, nothing measured, nothing written. */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { commandEntries } from "../../../src/cli/commands.js";
import { runCli } from "../../../src/cli/program.js";
import { type Checkpoint, encodeCheckpoint } from "../../../src/rl/checkpoint.js";
import { FakeProcess } from "../../cli/fake-process.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { zeroCheckpoint } from "../../transfer/zero-checkpoint.js";

const folder = temporaryFolder("exam");

/** Of a Go1's walking policy, but for what is said. */
function policy(network: Partial<Checkpoint["network"]> = {}): Buffer {
  const shape = {
    observationDim: 47,
    privilegedObservationDim: 0,
    actionDim: 12,
    actor: [2],
    critic: [2],
    activation: "elu" as const,
    shared: false,
  };
  return Buffer.from(encodeCheckpoint(zeroCheckpoint({ ...shape, ...network })));
}

async function exam(file: string, bytes: Uint8Array, ...flags: string[]) {
  const checkpoint = path.join(folder, file);
  writeFileSync(checkpoint, bytes);
  const out = path.join(folder, `${file}-exam`);
  const host = new FakeProcess(
    ...["exam", checkpoint, "--task", "go1-walk", "--runs", path.join(folder, "runs")],
    ...["--out", out, "--threads", "1", ...flags],
  );
  const code = await runCli(host, commandEntries);
  return { code, errors: host.stderr.lines, written: existsSync(path.join(out, "exam.json")) };
}

/** The same bytes as another version would have begun them. */
function ofFormat(bytes: Buffer, format: number): Uint8Array {
  const end = 8 + bytes.readUInt32LE(4);
  const header = { ...JSON.parse(bytes.toString("utf8", 8, end)), format };
  const text = Buffer.from(JSON.stringify(header).padEnd(end - 8 + 8));
  const start = Buffer.alloc(8);
  bytes.copy(start, 0, 0, 4);
  start.writeUInt32LE(text.length, 4);
  return Buffer.concat([start, text, bytes.subarray(end)]);
}

describe("an exam refuses", () => {
  it.each([
    ["older", 1],
    ["newer", 99],
  ])("a checkpoint of an %s format", async (name, format) => {
    const { code, errors, written } = await exam(`${name}.bin`, ofFormat(policy(), format));
    expect([code, written]).toEqual([1, false]);
    expect(errors[0]).toContain(`E_CHECKPOINT_VERSION`);
    expect(errors[0]).toContain(`checkpoint format ${format}`);
    expect(errors).toHaveLength(2);
  });

  it("the policy of another robot, and says what it takes and gives", async () => {
    const cartpole = policy({ observationDim: 4, actionDim: 1 });
    const { code, errors, written } = await exam("cartpole.bin", cartpole);
    expect([code, written]).toEqual([1, false]);
    expect(errors[0]).toContain("E_POLICY_MISFIT");
    expect(errors[0]).toContain("takes 4 numbers and gives 1; go1-walk has 47 and 12");
    expect(errors).toHaveLength(2);
  });

  it("a file that is no checkpoint", async () => {
    const { code, errors } = await exam("words.bin", Buffer.from("walk well"));
    expect(code).toBe(1);
    expect(errors[0]).toContain("E_CHECKPOINT_CORRUPT");
  });

  it("no policy of its robot whatever it knows", async () => {
    const flags = ["--episodes", "1", "--seconds", "0.1", "--suite", "gains"];
    const { code, errors, written } = await exam("zero.bin", policy(), ...flags);
    expect({ code, errors, written }).toEqual({ code: 0, errors: [], written: true });
  });
});
