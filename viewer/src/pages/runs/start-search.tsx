/** A search from the page: the same command that a terminal would start. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  type Pack,
  packsSchema,
  type StartRequest,
  tasksSchema,
} from "../../../../src/view/data/answers.js";
import { startSearch } from "../../runs/run-actions.js";
import { ApiError, getJson } from "../../state/api.js";
import { open } from "../../state/route.js";
import { Icon } from "../../ui/icon.js";

const designers = [
  ["offline", "Evolution, no language model", "works at once, costs nothing"],
  ["openai", "Language model", "any compatible API; the key comes from the environment"],
  ["manual", "You and any chat window", "copy each prompt, paste the answer"],
] as const;
type DesignerName = (typeof designers)[number][0];

export function StartSearch({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const tasks = useSignal<readonly { name: string; summary: string }[]>([]);
  const packs = useSignal<readonly Pack[]>([]);
  const designer = useSignal<DesignerName>("offline");
  const task = useSignal("cartpole-swingup");
  const quick = useSignal(true);
  const problem = useSignal<ApiError | null>(null);
  const busy = useSignal(false);
  useEffect(() => {
    dialog.current?.showModal();
    void getJson("/api/tasks", tasksSchema)
      .then((answer) => {
        tasks.value = answer.tasks;
      })
      .catch((error) => {
        problem.value = error;
      });
    void getJson("/api/packs", packsSchema)
      .then((answer) => {
        packs.value = answer.packs;
      })
      .catch(() => {});
  }, [tasks, packs, problem]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    problem.value = null;
    try {
      const run = await startSearch(requestFrom(form, designer.value));
      open("lab", { run });
    } catch (error) {
      problem.value = error instanceof ApiError ? error : new ApiError("E_PAGE", String(error));
    }
    busy.value = false;
  };
  const summary = tasks.value.find(({ name }) => name === task.value)?.summary ?? "";
  return (
    <dialog ref={dialog} class="dialog" onClose={onClose} aria-label="New search">
      <form onSubmit={(event) => void submit(event)}>
        <header>
          <h2>New search</h2>
          <button
            type="button"
            class="icon-button"
            title="Close"
            onClick={() => dialog.current?.close()}
          >
            <Icon name="close" />
          </button>
        </header>
        <label class="row">
          <span>Task</span>
          <select
            class="field"
            name="task"
            value={task.value}
            onChange={(event) => {
              task.value = event.currentTarget.value;
            }}
          >
            {tasks.value.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <p class="soft hint">{summary}</p>
        <fieldset class="row choices">
          <legend>Who proposes rewards</legend>
          {designers.map(([name, title, text]) => (
            <label key={name} class="choice">
              <input
                type="radio"
                name="designer"
                value={name}
                checked={designer.value === name}
                onChange={() => {
                  designer.value = name;
                }}
              />
              <span>
                <b>{title}</b>
                <small class="soft">{text}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {designer.value !== "offline" && (
          <>
            <label class="row">
              <span>Prompt pack</span>
              <select class="field" name="prompts">
                {packs.value.map(({ name, path, shipped }) => (
                  <option key={path} value={path}>
                    {shipped ? name : `${name} (yours)`}
                  </option>
                ))}
              </select>
            </label>
            <label class="row">
              <span>Note to the model</span>
              <input class="field" name="note" placeholder="it should not hop on one leg" />
            </label>
          </>
        )}
        {designer.value === "openai" && (
          <div class="columns">
            <label class="row">
              <span>Model</span>
              <input class="field" name="model" placeholder="the pack's" />
            </label>
            <label class="row">
              <span>At most, US dollars</span>
              <input
                class="field"
                name="maxMoneyUsd"
                type="number"
                min="0.01"
                step="0.01"
                required
                defaultValue="1"
              />
            </label>
          </div>
        )}
        <label class="check">
          <input
            type="checkbox"
            name="quick"
            checked={quick.value}
            onChange={(event) => {
              quick.value = event.currentTarget.checked;
            }}
          />
          <span>Quick: two rounds of eight, short trainings</span>
        </label>
        <div class="columns">
          <label class="row">
            <span>Iterations</span>
            <input
              class="field"
              name="iterations"
              type="number"
              min="1"
              max="100"
              placeholder={quick.value ? "2" : "4"}
            />
          </label>
          <label class="row">
            <span>Candidates in each</span>
            <input class="field" name="candidates" type="number" min="1" max="64" placeholder="8" />
          </label>
          <label class="row">
            <span>Seed</span>
            <input class="field" name="seed" type="number" min="0" max="999" placeholder="1" />
          </label>
        </div>
        {problem.value && (
          <p class="problem-text">
            {problem.value.message}
            {problem.value.hint && <small>{problem.value.hint}</small>}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Not now
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            {busy.value ? "Getting ready …" : "Start"}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

function requestFrom(form: FormData, designer: DesignerName): StartRequest {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const number = (name: string) => (text(name) === "" ? {} : { [name]: Number(text(name)) });
  const given = (name: string) => (text(name) === "" ? {} : { [name]: text(name) });
  return {
    task: text("task"),
    designer,
    quick: form.has("quick"),
    ...number("iterations"),
    ...number("candidates"),
    ...number("seed"),
    ...number("maxMoneyUsd"),
    ...given("prompts"),
    ...given("model"),
    ...given("note"),
  };
}
