/** Pictures of tasks' robots, asked for once a task. */
import { signal } from "@preact/signals";
import { getBytes } from "../state/api.js";

/** Addresses by task; null where there is none. */
const pictures = signal<ReadonlyMap<string, string | null>>(new Map());
const asked = new Set<string>();

/** The address of a task's picture, asked for through one of its runs; null until it is there. */
export function taskPicture(task: string, run: string): string | null {
  const known = pictures.value.get(task);
  if (known !== undefined) return known;
  if (!asked.has(task)) {
    asked.add(task);
    const keep = (address: string | null) => {
      pictures.value = new Map(pictures.peek()).set(task, address);
    };
    getBytes(`/api/runs/${encodeURIComponent(run)}/picture`)
      .then((bytes) => keep(URL.createObjectURL(new Blob([bytes], { type: "image/png" }))))
      .catch(() => keep(null));
  }
  return null;
}
