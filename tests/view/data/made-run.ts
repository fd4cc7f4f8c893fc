/** Whole searches in a temporary folder, as the program writes them; nothing is trained. */
import { writeFileSync } from "node:fs";
import { openJournal } from "../../../src/design/journal.js";
import { design } from "../../../src/design/loop.js";
import type { DesignSettingsInput } from "../../../src/design/settings.js";
import { designSettingsSchema } from "../../../src/design/settings.js";
import type { RunFolder } from "../../../src/run/run-folder.js";
import { createRun } from "../../../src/run/run-folder.js";
import { trainingSettingsSchema } from "../../../src/task/settings.js";
import { FakeExecutor, type FakeWorld, inputsFor, listDesigner } from "../../design/fakes.js";

export interface MadeRun {
  readonly runsRoot: string;
  readonly name: string;
  readonly settings?: DesignSettingsInput;
  readonly world?: FakeWorld;
  readonly texts?: Readonly<Record<string, string>>;
  /** When it was made, ms. */
  readonly created?: number;
}

/** The folder of a run that has its options, before its first event. */
export function makeFolder({ runsRoot, name, settings, created = 1.7e12 }: MadeRun): RunFolder {
  const options = {
    design: designSettingsSchema.parse({ ...settings }),
    training: trainingSettingsSchema.parse({}),
    llm: {},
    prompts: null,
    confirmOver: 1,
    prices: null,
    recording: null,
    start: null,
    notes: [],
    slots: null,
    engine: "rapier",
  };
  const plain = JSON.parse(JSON.stringify(options));
  const made = { runsRoot, name, task: "cartpole-swingup", options: plain };
  return createRun(made, () => new Date(created));
}

/** An executor whose checkpoints lie on the disk. */
export function storingExecutor(folder: RunFolder, world: FakeWorld): FakeExecutor {
  const executor = new FakeExecutor(world);
  const checkpoint = folder.path("stored.bin");
  writeFileSync(checkpoint, "weights");
  const run = executor.run.bind(executor);
  executor.run = async (request, options) => {
    const outcome = await run(request, options);
    return outcome.status === "finished" ? { ...outcome, checkpoint } : outcome;
  };
  return executor;
}

/** Two iterations of three candidates, then finals, unless told otherwise. */
export async function makeRun(parts: MadeRun): Promise<RunFolder> {
  const { settings, texts, created = 1.7e12 } = parts;
  const world = parts.world ?? { fitness: (source) => source.length / 100 };
  const folder = makeFolder(parts);
  let seconds = 0;
  const journal = openJournal(folder, () => new Date(created + 1000 * seconds++));
  try {
    const executor = storingExecutor(folder, world);
    const designer = listDesigner(texts ?? {});
    await design(
      inputsFor({
        journal: journal as never,
        executor,
        designer,
        ...(settings ? { settings } : {}),
      }),
    );
  } finally {
    journal.close();
  }
  return folder;
}
