/** Which randomizations a transfer tries, row by row, and the trainings that follow from them. */
import { z } from "zod";
import { transferRows } from "../events/transfer-event.js";
import type { TrainingKey } from "../events/transfer-state.js";
import { configurationSchema, type RandomizationConfiguration } from "./configuration.js";
import type { TransferSettings } from "./settings.js";

/** Randomizations by row, as kept in configurations.json. */
export const configurationTableSchema = z.array(
  z.strictObject({
    row: z.enum(transferRows),
    designer: z.string(),
    configurations: z.array(configurationSchema),
  }),
);
export type ConfigurationTable = z.infer<typeof configurationTableSchema>;

/** Every policy to be trained, row by row. */
export function trainingsOf(table: ConfigurationTable, { seeds }: TransferSettings): TrainingKey[] {
  return seeds.flatMap((seed) =>
    table.flatMap(({ row, configurations }) =>
      configurations.map(({ name }) => ({ row, configuration: name, seed })),
    ),
  );
}

export function configurationNamed(
  table: ConfigurationTable,
  { row, configuration }: TrainingKey,
): RandomizationConfiguration {
  const found = table
    .find((one) => one.row === row)
    ?.configurations.find(({ name }) => name === configuration);
  if (found) return found;
  throw new Error(`there is no configuration ${row}/${configuration}`);
}
