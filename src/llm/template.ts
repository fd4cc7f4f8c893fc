/**
 * One dotprompt template: front matter, and a body with its partials put in. What dotprompt leaves
 * open is done here: it renders a missing variable as nothing, ignores the file's own defaults, and
 * shares partials between all packs of a process.
 */
import { Dotprompt, type ParsedPrompt } from "dotprompt";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { PromptFile, PromptPack } from "./prompt-pack.js";
import { templateVariables } from "./template-variables.js";

export interface Template {
  readonly file: PromptFile;
  /** Body with every partial put in. */
  readonly body: string;
  /** The file itself and the partials it includes. */
  readonly files: readonly PromptFile[];
  readonly parsed: ParsedPrompt;
  /** Inputs the front matter declares; null where it declares none and any offered input may be used. */
  readonly declared: {
    readonly names: ReadonlySet<string>;
    readonly required: ReadonlySet<string>;
  } | null;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly config: { readonly temperature?: number; readonly model?: string };
}

const configSchema = z.looseObject({ temperature: z.number().min(0).max(2).optional() });
const jsonSchemaShape = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

export async function readTemplate(pack: PromptPack, name: string): Promise<Template> {
  const file = pack.files.get(name)!;
  const dotprompt = new Dotprompt();
  try {
    const parsed = dotprompt.parse(file.source);
    const used = new Map([[file.name, file]]);
    const body = includePartials(pack, file, parsed.template, used, [file.name]);
    const metadata = await dotprompt.renderMetadata(parsed);
    const schema = metadata.input?.schema && jsonSchemaShape.parse(metadata.input.schema);
    const config = configSchema.parse(parsed.config ?? {});
    return {
      file,
      body,
      files: [...used.values()],
      parsed,
      declared: schema
        ? { names: new Set(Object.keys(schema.properties)), required: new Set(schema.required) }
        : null,
      defaults: parsed.input?.default ?? {},
      config: {
        ...(config.temperature === undefined ? {} : { temperature: config.temperature }),
        ...(parsed.model === undefined ? {} : { model: parsed.model }),
      },
    };
  } catch (cause) {
    if (cause instanceof RewardsmithError) throw cause;
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new RewardsmithError("E_PROMPT_FRONT_MATTER", message, {
      where: file.path,
      hint: "front matter is YAML between two --- lines: config.temperature, input.schema, input.default",
      cause,
    });
  }
}

/** Names a template asks for that it may not: neither offered nor given a default, or used but undeclared. */
export function unknownVariables(template: Template, offered: ReadonlySet<string>): string[] {
  const known = new Set([...offered, ...Object.keys(template.defaults)]);
  const allowed = template.declared?.names ?? known;
  const used = templateVariables(template.body).filter((name) => !allowed.has(name));
  const declared = [...(template.declared?.names ?? [])].filter((name) => !known.has(name));
  return [...new Set([...used, ...declared])];
}

/** Puts `{{>_name}}` in place; on a line of its own the whole line is replaced. */
function includePartials(
  pack: PromptPack,
  from: PromptFile,
  text: string,
  used: Map<string, PromptFile>,
  above: readonly string[],
): string {
  return text.replace(/\{\{~?>\s*([^}]*?)\s*~?\}\}/g, (_, reference: string) => {
    const name = reference.replace(/^["']|["']$/g, "");
    const partial = pack.files.get(name) ?? pack.files.get(`_${name}`);
    if (!partial) {
      throw new RewardsmithError("E_PROMPT_PARTIAL", `no partial "${name}"`, {
        where: from.path,
        hint: `the pack has ${partialNames(pack)}; partials take no arguments`,
      });
    }
    if (above.includes(partial.name)) {
      throw new RewardsmithError("E_PROMPT_PARTIAL", `partial "${partial.name}" includes itself`, {
        where: from.path,
        hint: `the chain is ${[...above, partial.name].join(" → ")}`,
      });
    }
    used.set(partial.name, partial);
    const source = partial.source.trim();
    return includePartials(pack, partial, source, used, [...above, partial.name]);
  });
}

function partialNames(pack: PromptPack): string {
  const names = [...pack.files.keys()].filter((name) => name.startsWith("_"));
  return names.length > 0 ? names.join(", ") : "no partials";
}
