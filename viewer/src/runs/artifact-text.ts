/** Text files of a run; what an event names never changes, so each is fetched once. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, getBytes } from "../state/api.js";

const texts = new Map<string, Promise<string>>();
const mostKept = 200;

export function artifactText(run: string, path: string): Promise<string> {
  const address = `/api/runs/${encodeURIComponent(run)}/artifact?path=${encodeURIComponent(path)}`;
  const known = texts.get(address);
  if (known) return known;
  if (texts.size >= mostKept) texts.clear();
  const text = getBytes(address).then((bytes) => new TextDecoder().decode(bytes));
  texts.set(address, text);
  text.catch(() => texts.delete(address));
  return text;
}

/** Null while it is on its way, or where there is no path. */
export function useArtifact(
  run: string,
  path: string | null,
): { text: string | null; problem: ApiError | null } {
  const text = useSignal<string | null>(null);
  const problem = useSignal<ApiError | null>(null);
  useEffect(() => {
    let wanted = true;
    text.value = null;
    problem.value = null;
    if (path !== null) {
      artifactText(run, path)
        .then((found) => {
          if (wanted) text.value = found;
        })
        .catch((error: unknown) => {
          if (wanted) problem.value = error instanceof ApiError ? error : null;
        });
    }
    return () => {
      wanted = false;
    };
  }, [run, path, text, problem]);
  return { text: text.value, problem: problem.value };
}
