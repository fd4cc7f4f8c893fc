import { Dotprompt } from "dotprompt";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { ChatMessage } from "./chat.js";
import {
  type ConversationInputs,
  type RandomizationInputs,
  type RandomizationRepairInputs,
  type TemplateName,
  templateInputSchemas,
} from "./prompt-inputs.js";
import type { PromptPack } from "./prompt-pack.js";
import { readTemplate, type Template, unknownVariables } from "./template.js";

export interface RenderedPrompt {
  readonly messages: readonly ChatMessage[];
  /** Every file that took part, for the log. */
  readonly files: readonly { readonly name: string; readonly hash: string }[];
  /** From the front matter of the last part rendered; flags win over it. */
  readonly temperature?: number;
  /** Model that the pack's first template names; a flag wins over it. */
  readonly model?: string;
}

/** The whole conversation up to the answer that is wanted next. */
export async function renderConversation(
  pack: PromptPack,
  inputs: ConversationInputs,
): Promise<RenderedPrompt> {
  const { languageRules } = inputs.initial;
  const parts: [TemplateName, Record<string, unknown>][] = [["initial", inputs.initial]];
  if (inputs.feedback) parts.push(["feedback", { ...inputs.feedback, languageRules }]);
  if (inputs.repair) parts.push(["repair", { ...inputs.repair, languageRules }]);
  return renderParts(pack, parts);
}

/** The request for randomizations; with what was wrong with the last answer, that too. */
export async function renderRandomization(
  pack: PromptPack,
  inputs: RandomizationInputs,
  repair?: RandomizationRepairInputs,
): Promise<RenderedPrompt> {
  for (const name of ["randomization", "randomizationRepair"] as const) {
    if (pack.files.has(name)) continue;
    throw new RewardsmithError("E_PROMPT_PACK", `the pack lacks ${name}.prompt`, {
      where: pack.folder,
      hint: 'use dreureka, or lay the pack over it with { "base": "dreureka" } in pack.json',
    });
  }
  const parts: [TemplateName, Record<string, unknown>][] = [["randomization", inputs]];
  if (repair) parts.push(["randomizationRepair", repair]);
  return renderParts(pack, parts);
}

async function renderParts(
  pack: PromptPack,
  parts: readonly (readonly [TemplateName, Record<string, unknown>])[],
): Promise<RenderedPrompt> {
  const messages: ChatMessage[] = [];
  const files = new Map<string, string>();
  let temperature: number | undefined;
  let model: string | undefined;
  for (const [name, values] of parts) {
    const template = await readTemplate(pack, name);
    messages.push(...(await renderTemplate(template, name, values)));
    for (const file of template.files) files.set(file.name, file.hash);
    temperature = template.config.temperature ?? temperature;
    model ??= template.config.model;
  }
  return {
    messages: joinSameRoles(messages),
    files: [...files].map(([name, hash]) => ({ name, hash })),
    ...(temperature === undefined ? {} : { temperature }),
    ...(model === undefined ? {} : { model }),
  };
}

/** Names offered to a template, whether or not optional ones are present this time. */
export function offeredInputs(name: TemplateName): ReadonlySet<string> {
  return new Set(Object.keys(templateInputSchemas[name].shape));
}

async function renderTemplate(
  template: Template,
  name: TemplateName,
  values: Record<string, unknown>,
): Promise<ChatMessage[]> {
  const offered = offeredInputs(name);
  const unknown = unknownVariables(template, offered);
  if (unknown.length > 0) {
    throw new RewardsmithError(
      "E_PROMPT_INPUT",
      `unknown input ${unknown.map(quoted).join(", ")}`,
      {
        where: template.file.path,
        hint: `${name}.prompt may use ${[...offered].join(", ")}; declare others under input.default`,
      },
    );
  }
  const parsed = templateInputSchemas[name].safeParse(values);
  if (!parsed.success) {
    throw new RewardsmithError("E_PROMPT_INPUT", z.prettifyError(parsed.error), {
      where: template.file.path,
    });
  }
  const input = { ...template.defaults, ...neutralized(parsed.data) };
  const missing = [...(template.declared?.required ?? [])].filter(
    (key) => (input as Record<string, unknown>)[key] === undefined,
  );
  if (missing.length > 0) {
    throw new RewardsmithError(
      "E_PROMPT_INPUT",
      `missing input ${missing.map(quoted).join(", ")}`,
      {
        where: template.file.path,
        hint: `not every conversation has it: write \`${missing[0]}?:\` in input.schema and \`{{#if ${missing[0]}}}\` in the text`,
      },
    );
  }
  const render = await new Dotprompt().compile({ ...template.parsed, template: template.body });
  const rendered = await compileErrorsNamed(template, () => render({ input }));
  return rendered.messages
    .map((message) => ({
      role: roleOf(message.role, template),
      content: message.content
        .map((part) => part.text ?? "")
        .join("")
        .trim()
        .replace(/\n{3,}/g, "\n\n"),
    }))
    .filter((message) => message.content !== "");
}

/** Handlebars compiles at the first rendering, so its syntax errors come from there. */
async function compileErrorsNamed<T>(template: Template, render: () => Promise<T>): Promise<T> {
  try {
    return await render();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RewardsmithError("E_PROMPT_SYNTAX", message, {
      where: template.file.path,
      hint: "templates are Handlebars; a literal {{ is written \\{{",
      cause,
    });
  }
}

function roleOf(role: string, template: Template): ChatMessage["role"] {
  if (role === "system" || role === "user") return role;
  if (role === "model" || role === "assistant") return "assistant";
  throw new RewardsmithError("E_PROMPT_SYNTAX", `unknown role "${role}"`, {
    where: template.file.path,
    hint: "roles are system, user and model",
  });
}

/** Text from outside may hold dotprompt's markers; a blank keeps them from starting a new message. */
function neutralized<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("<<<dotprompt:", "<<< dotprompt:") as T;
  if (typeof value === "number") return Number(value.toPrecision(5)) as T;
  if (Array.isArray(value)) return value.map(neutralized) as T;
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, neutralized(v)])) as T;
  }
  return value;
}

/** Servers refuse two messages of one role in a row, which a pack may render. */
function joinSameRoles(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === message.role) {
      joined[joined.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    } else {
      joined.push(message);
    }
  }
  return joined;
}

function quoted(name: string): string {
  return `"${name}"`;
}
