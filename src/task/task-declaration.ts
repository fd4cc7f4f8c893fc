/** The types of `defineTask` as one ambient declaration, so that an editor knows them in a folder without node_modules. */
import { z } from "zod";
import { taskDefinitionSchema } from "./task.js";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Text of `rewardsmith.d.ts`, printed from the schema that the loader checks with. */
export function taskDeclaration(): string {
  const schema = z.toJSONSchema(taskDefinitionSchema, { io: "input", unrepresentable: "any" });
  return [
    "// Written by `rewardsmith new`: what task.ts may say. The loader checks the same.",
    'declare module "rewardsmith" {',
    `  export interface TaskInput ${print(schema, "  ")}`,
    "  export function defineTask(task: TaskInput): TaskInput;",
    "}",
    "",
  ].join("\n");
}

function print(schema: JsonSchema | boolean, indent: string): string {
  if (typeof schema === "boolean") return "unknown";
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((option) => print(option, indent)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case "integer":
      return "number";
    case "array":
      return printArray(schema, indent);
    case "object":
      return printObject(schema, indent);
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function printArray(schema: JsonSchema, indent: string): string {
  if (schema.prefixItems) {
    return `readonly [${schema.prefixItems.map((item) => print(item, indent)).join(", ")}]`;
  }
  const { items } = schema;
  const item = items === undefined || Array.isArray(items) ? "unknown" : print(items, indent);
  return `ReadonlyArray<${item}>`;
}

function printObject(schema: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, field]) => {
      const about =
        typeof field === "object" && field.description
          ? `${inner}/** ${field.description} */\n`
          : "";
      const optional = schema.required?.includes(name) ? "" : "?";
      return `${about}${inner}readonly ${name}${optional}: ${print(field, inner)};`;
    });
    return `{\n${fields.join("\n")}\n${indent}}`;
  }
  const { propertyNames, additionalProperties } = schema;
  const value = print(additionalProperties ?? true, inner);
  const known = typeof propertyNames === "object" && propertyNames.enum;
  return known
    ? `{ readonly [name in ${print(propertyNames, inner)}]?: ${value} }`
    : `{ readonly [name: string]: ${value} }`;
}
