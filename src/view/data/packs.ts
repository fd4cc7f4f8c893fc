/** Prompt packs as the page reads, renders, compares and saves them. Saved ones lie beside the runs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Issue } from "../../core/errors.js";
import { RewardsmithError } from "../../core/errors.js";
import { checkPack, diffPacks, exampleConversation } from "../../llm/prompt-commands.js";
import { type ConversationInputs, initialInputs } from "../../llm/prompt-inputs.js";
import { defaultPack, listPackNames, loadPack, type PromptPack } from "../../llm/prompt-pack.js";
import { renderConversation } from "../../llm/render.js";
import { writeAtomic } from "../../run/disk.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import type { Pack, PackDraft, Rendered } from "./answers.js";
import { blocks } from "./conversation.js";

export class Packs {
  /** Where packs saved from the page lie, a folder each. */
  private readonly saved: string;

  constructor(runsFolder: string) {
    this.saved = join(runsFolder, ".packs");
  }

  /** The one that commands take unless told otherwise comes first. */
  async list(): Promise<Pack[]> {
    const shipped = await Promise.all((await listPackNames()).map((name) => this.read(name)));
    shipped.sort((a, b) => Number(b.name === defaultPack) - Number(a.name === defaultPack));
    // One that was broken by hand does not take the others with it.
    const own = await Promise.allSettled(this.savedNames().map((name) => this.read(name)));
    return [...shipped, ...own.flatMap((one) => (one.status === "fulfilled" ? one.value : []))];
  }

  /** A pack's name or path for `--prompts`, of those that the list has; the page names no other folder. */
  async pathOf(nameOrPath: string): Promise<string> {
    const packs = await this.list();
    const pack = packs.find(({ name, path }) => path === nameOrPath || name === nameOrPath);
    if (pack) return pack.path;
    throw new RewardsmithError("E_PROMPT_PACK_UNKNOWN", `no prompt pack "${nameOrPath}"`, {
      hint: `there are ${packs.map(({ name }) => name).join(", ")}`,
    });
  }

  /** The conversation that a draft makes of a task, and what is wrong with it. */
  async render(draft: PackDraft, task: LoadedTask, more?: ConversationInputs): Promise<Rendered> {
    return this.drafted(draft, async (pack) => {
      const inputs = more ?? { initial: initialInputs(task) };
      const issues = await checkPack(pack, [
        { name: task.definition.name, inputs: { ...exampleConversation, ...inputs } },
      ]);
      const usable = issues.every(({ severity }) => severity !== "error");
      const rendered = usable ? await renderConversation(pack, inputs) : { messages: [] };
      return {
        ...(await blocks(rendered.messages)),
        issues: issues.map((issue) => ({ ...issue })),
      };
    });
  }

  /** What a draft says otherwise than the pack it is made from. */
  async difference(draft: PackDraft, task: LoadedTask): Promise<string> {
    const base = await loadPack(await this.pathOf(draft.base));
    const inputs = { ...exampleConversation, initial: initialInputs(task) };
    return this.drafted(draft, (pack) => diffPacks(base, pack, inputs));
  }

  /** Keeps a draft under a name of its own; the same name again writes over it. */
  async save(name: string, draft: PackDraft, task: LoadedTask): Promise<Pack> {
    if ((await listPackNames()).includes(name)) {
      throw new RewardsmithError("E_PROMPT_PACK_NAME", `"${name}" came with this installation`, {
        hint: "choose another name",
      });
    }
    const { issues } = await this.render(draft, task);
    const error = issues.find(({ severity }) => severity === "error");
    if (error) throw new RewardsmithError(error.code as Issue["code"], error.message);
    const folder = join(this.saved, name);
    const base = await loadPack(await this.pathOf(draft.base));
    if (base.folder === folder || base.bases.includes(name)) {
      throw new RewardsmithError("E_PROMPT_PACK_NAME", `"${draft.base}" rests on "${name}"`, {
        hint: "choose another name",
      });
    }
    await this.write(folder, draft);
    return this.read(name);
  }

  /** A draft as a pack, for as long as `use` takes. */
  async drafted<T>(draft: PackDraft, use: (pack: PromptPack) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "rewardsmith-pack-"));
    try {
      await this.write(folder, draft);
      return await use(await loadPack(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Files that are as in the base are left out, so that a better base reaches the pack. */
  private async write(folder: string, { base, files, description }: PackDraft): Promise<void> {
    const basePath = await this.pathOf(base);
    const below = (await loadPack(basePath)).files;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".prompt")) rmSync(join(folder, name));
    }
    const info = { description: description ?? `From ${base}.`, base: basePath };
    writeAtomic(join(folder, "pack.json"), `${JSON.stringify(info, null, 2)}\n`);
    for (const { name, source } of files) {
      if (source !== below.get(name)?.source) writeAtomic(join(folder, `${name}.prompt`), source);
    }
  }

  private savedNames(): string[] {
    if (!existsSync(this.saved)) return [];
    return readdirSync(this.saved)
      .filter((name) => existsSync(join(this.saved, name, "pack.json")))
      .sort();
  }

  private async read(name: string): Promise<Pack> {
    const shipped = (await listPackNames()).includes(name);
    const path = shipped ? name : join(this.saved, name);
    const pack = await loadPack(path);
    const base = shipped ? null : baseOf(path);
    const below = shipped ? pack : await loadPack(base ?? defaultPack);
    return {
      name: pack.name,
      description: pack.description,
      shipped,
      path,
      base,
      files: [...pack.files.values()].map((file) => ({
        name: file.name,
        source: file.source,
        shipped: below.files.get(file.name)?.source ?? null,
      })),
    };
  }
}

function baseOf(folder: string): string {
  const info = JSON.parse(readFileSync(join(folder, "pack.json"), "utf8")) as { base: string };
  return info.base;
}
