/**
 * Settings on the command line, generated from their zod schemas: a flag for each member at the top,
 * `--set path=value` for those below, help from the descriptions, errors that name path and choices.
 */
import { type Command, Help, Option } from "commander";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { nearestName } from "../core/nearest-name.js";

/** A leaf of a settings schema. */
export interface SettingField {
  /** Dotted, e.g. "ppo.lr". */
  readonly path: string;
  readonly type: "number" | "boolean" | "string" | "list";
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly description: string;
}

export type SettingValues = Readonly<Record<string, unknown>>;

interface JsonSchema {
  /** A list for what may be null, e.g. ["number", "null"]. */
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
}

export function settingFields(schema: z.ZodType): SettingField[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(json.properties ?? {}).flatMap(([name, member]) => leaves(name, member));
}

function leaves(path: string, schema: JsonSchema): SettingField[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, member]) =>
      leaves(`${path}.${name}`, member),
    );
  }
  const plain = schema.anyOf?.find((member) => member.type !== "null") ?? schema;
  const choices = plain.enum?.map(String);
  return [
    {
      path,
      type: fieldType(plain),
      ...(choices ? { choices } : {}),
      ...(schema.default === undefined ? {} : { default: schema.default }),
      description: schema.description ?? plain.description ?? "",
    },
  ];
}

function fieldType(schema: JsonSchema): SettingField["type"] {
  const types = [schema.type ?? []].flat();
  if (types.includes("integer") || types.includes("number")) return "number";
  if (types.includes("boolean")) return "boolean";
  return types.includes("array") ? "list" : "string";
}

/** "confirmOver" is --confirm-over, and REWARDSMITH_CONFIRM_OVER in the environment. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * A flag for each member of `schema` that is no group of settings. With `environment`, variables may
 * set them too; settings for which something comes between flag and environment look there themselves.
 */
export function addSettingFlags(
  command: Command,
  schema: z.ZodType,
  { group, environment = true }: { group: string; environment?: boolean },
): void {
  const fromEnvironment = new Set<Option>();
  for (const field of settingFields(schema)) {
    if (field.path.includes(".")) continue;
    const name = kebab(field.path);
    const description = describeField(field);
    if (field.type === "boolean") {
      command.addOption(new Option(`--${name}`, description).helpGroup(group));
      command.addOption(new Option(`--no-${name}`).hideHelp());
    } else {
      const option = new Option(`--${name} <${placeholder(field)}>`, description).helpGroup(group);
      if (environment) fromEnvironment.add(option.env(variableOf(name)));
      command.addOption(option);
    }
  }
  const [example] = fromEnvironment;
  if (!example) return;
  // One line for all: a variable beside every flag would be longer than what the flags say.
  command.configureHelp({
    optionDescription: (option) =>
      fromEnvironment.has(option) ? option.description : new Help().optionDescription(option),
  });
  const flags = group.replace(/:$/, "");
  const line = `${flags} flags that take a value can come from the environment, too: ${example.long} as ${example.envVar}.`;
  command.addHelpText("after", `\n${line}`);
}

function variableOf(name: string): string {
  return `REWARDSMITH_${name.replaceAll("-", "_").toUpperCase()}`;
}

function placeholder(field: SettingField): string {
  if (field.choices) return "choice";
  return field.type === "number" ? "n" : field.type === "list" ? "a,b" : "text";
}

function describeField(field: SettingField): string {
  const negatable = field.type === "boolean" && field.default === true;
  const text = negatable
    ? `${field.description} (--no-${kebab(field.path)} turns it off)`
    : field.description;
  const choices = field.choices ? ` [${field.choices.join(", ")}]` : "";
  return field.type === "boolean" ? text : text + choices + usualValue(field);
}

/** What flags and the environment gave, by setting name; nothing for those left alone. */
export function givenSettings(command: Command, schema: z.ZodType): SettingValues {
  const given: Record<string, unknown> = {};
  for (const field of settingFields(schema)) {
    const source = command.getOptionValueSource(field.path);
    if (field.path.includes(".") || source === undefined || source === "default") continue;
    given[field.path] = parseValue(field, command.getOptionValue(field.path));
  }
  return given;
}

/** `["ppo.lr=3e-4"]` → `{ ppo: { lr: 0.0003 } }`. */
export function parseAssignments(assignments: readonly string[], schema: z.ZodType): SettingValues {
  const fields = settingFields(schema);
  const values: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const [, path, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (path === undefined || text === undefined) {
      throw new RewardsmithError("E_SETTINGS_FORM", `--set "${assignment}" has no "="`, {
        hint: "write --set path=value, e.g. --set ppo.lr=3e-4",
      });
    }
    const field = fields.find((candidate) => candidate.path === path.trim());
    if (!field) throw unknownSetting(path.trim(), fields);
    assign(values, field.path.split("."), parseValue(field, text.trim()));
  }
  return values;
}

function parseValue(field: SettingField, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (field.type === "number") {
    const parsed = value.trim() === "" ? Number.NaN : Number(value.replaceAll("_", ""));
    return Number.isNaN(parsed) ? value : parsed;
  }
  if (field.type === "boolean") return value === "true" ? true : value === "false" ? false : value;
  if (field.type !== "list") return value;
  return value
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map((part) => (Number.isNaN(Number(part)) ? part.trim() : Number(part)));
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  target[head] ??= {};
  assign(target[head] as Record<string, unknown>, rest, value);
}

/** Parses what the layers give together; a later layer wins. */
export function resolveSettings<S extends z.ZodType>(
  schema: S,
  ...layers: readonly SettingValues[]
): z.output<S> {
  const result = schema.safeParse(layers.reduce(merge, {}));
  if (result.success) return result.data;
  throw settingsError(result.error, schema);
}

function merge(below: SettingValues, above: SettingValues): SettingValues {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isGroup(old) && isGroup(value) ? merge(old, value) : value;
  }
  return merged;
}

function isGroup(value: unknown): value is SettingValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function settingsError(error: z.ZodError, schema: z.ZodType): RewardsmithError {
  const fields = settingFields(schema);
  const [issue] = error.issues;
  const path = issue.path.filter((part) => typeof part === "string").join(".");
  if (issue.code === "unrecognized_keys") {
    return unknownSetting([path, issue.keys[0]].filter(Boolean).join("."), fields);
  }
  const field = fields.find((candidate) => candidate.path === path);
  return new RewardsmithError(
    "E_SETTINGS_VALUE",
    issue.message.replace(/^Invalid (input|option): /, ""),
    { where: path, ...(field ? { hint: helpLine(field) } : {}) },
  );
}

function unknownSetting(path: string, fields: readonly SettingField[]): RewardsmithError {
  const known = fields.map((field) => field.path);
  const meant = nearestName(path, known) ?? known.find((name) => name.endsWith(`.${path}`));
  return new RewardsmithError("E_SETTINGS_UNKNOWN", `no setting is named "${path}"`, {
    hint: meant ? `did you mean ${meant}?` : `there are: ${known.join(", ")}`,
  });
}

/** `ppo.schedule=adaptive|fixed  adaptive: rate follows the KL (default adaptive)`. */
function helpLine(field: SettingField): string {
  const value = field.choices?.join("|") ?? field.type;
  return `${field.path}=${value}  ${field.description}${usualValue(field)}`;
}

/** Nothing where the default is null: no value is then used, or the description says which. */
function usualValue(field: SettingField): string {
  if (field.default === undefined || field.default === null) return "";
  return ` (default ${formatValue(field.default)})`;
}

/** The part of a command's help that lists what --set takes. */
export function assignmentHelp(schema: z.ZodType): string {
  const fields = settingFields(schema);
  const width = Math.max(...fields.map((field) => field.path.length));
  const lines = fields.map((field) => {
    const choices = field.choices ? ` [${field.choices.join(", ")}]` : "";
    const usual = field.default === undefined ? "" : ` (${formatValue(field.default)})`;
    return `  ${field.path.padEnd(width)}  ${field.description}${choices}${usual}`;
  });
  return ["", "Settings for --set path=value, with the defaults tasks start from:", ...lines].join(
    "\n",
  );
}

function formatValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value).replace(/^\[|\]$/g, "");
}
