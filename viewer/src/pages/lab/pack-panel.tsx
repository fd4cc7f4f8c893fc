/** Prompt packs: pick one, edit its files, see what a model would be told, try it, keep it, start with it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  type Pack,
  type PackDraft,
  packSchema,
  packsSchema,
  type Rendered,
  renderedSchema,
  type Trial,
  trialSchema,
} from "../../../../src/view/data/answers.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { startSearch } from "../../runs/run-actions.js";
import { money } from "../../runs/time-text.js";
import { ApiError, getJson, postJson } from "../../state/api.js";
import { open } from "../../state/route.js";
import { plural } from "../../ui/format.js";
import { Blocks } from "./blocks.js";

const tried = 4;

export function PackPanel({ follower }: { follower: RunFollower }) {
  const shown = useSignal(false);
  return (
    <section class="pack-panel">
      <button
        type="button"
        class="pack-fold"
        aria-expanded={shown.value}
        onClick={() => {
          shown.value = !shown.value;
        }}
      >
        <b>Prompt packs</b>
        <span class="soft">pick, edit, try</span>
      </button>
      {shown.value && <PackEditor follower={follower} />}
    </section>
  );
}

function PackEditor({ follower }: { follower: RunFollower }) {
  const packs = useSignal<readonly Pack[]>([]);
  const chosen = useSignal("");
  const edits = useSignal<Readonly<Record<string, string>>>({});
  const file = useSignal("initial");
  const rendered = useSignal<Rendered | null>(null);
  const trial = useSignal<Trial | null>(null);
  const problem = useSignal<ApiError | null>(null);
  const busy = useSignal("");
  const name = useSignal("");
  const task = follower.news.value?.summary.task ?? "";
  const pack =
    packs.value.find(({ path }) => path === chosen.value) ??
    packs.value.find(({ name }) => name === "eureka") ??
    packs.value[0];

  const load = () =>
    getJson("/api/packs", packsSchema).then((answer) => {
      packs.value = answer.packs;
    });
  useEffect(() => {
    void load().catch((error) => {
      problem.value = error;
    });
  }, []);

  const draft = (): PackDraft & { task: string } => {
    const files = pack.files
      .map(({ name, source }) => ({ name, source: edits.peek()[name] ?? source }))
      .filter(({ name, source }) => pack.shipped || source !== original(pack, name));
    const base = pack.shipped ? pack.path : (pack.base ?? "eureka");
    return { base, files, task };
  };
  const work = async (what: string, run: () => Promise<void>) => {
    busy.value = what;
    problem.value = null;
    try {
      await run();
    } catch (error) {
      problem.value = error instanceof ApiError ? error : new ApiError("E_PAGE", String(error));
    }
    busy.value = "";
  };
  const render = () =>
    work("render", async () => {
      rendered.value = await postJson("/api/packs/render", draft(), renderedSchema);
    });
  const ask = (spend: boolean) =>
    work("try", async () => {
      const body = { ...draft(), count: tried, spend };
      trial.value = await postJson("/api/packs/try", body, trialSchema);
    });
  const save = () =>
    work("save", async () => {
      const body = { ...draft(), name: name.peek().trim() };
      const saved = await postJson("/api/packs/save", body, packSchema);
      await load();
      chosen.value = saved.path;
      edits.value = {};
      name.value = "";
    });
  const start = () =>
    work("start", async () => {
      const search = { task, designer: "openai", quick: true, prompts: pack.path, maxMoneyUsd: 1 };
      open("lab", { run: await startSearch(search as Parameters<typeof startSearch>[0]) });
    });
  if (!pack) return problem.value ? <Problem error={problem.value} /> : null;
  const edited = Object.keys(edits.value).length > 0;
  const current = pack.files.find((one) => one.name === file.value) ?? pack.files[0];
  return (
    <div class="pack-editor">
      <div class="note-row">
        <select
          class="field"
          aria-label="Prompt pack"
          value={pack.path}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
            edits.value = {};
            rendered.value = null;
            trial.value = null;
          }}
        >
          {packs.value.map((one) => (
            <option key={one.path} value={one.path}>
              {one.shipped ? one.name : `${one.name} (yours)`}
            </option>
          ))}
        </select>
      </div>
      <p class="soft">{pack.description}</p>
      <div class="pack-files">
        {pack.files.map((one) => {
          const now = edits.value[one.name] ?? one.source;
          const marked = now !== one.shipped;
          return (
            <button
              type="button"
              key={one.name}
              class={`chip${marked ? " edited" : ""}`}
              aria-pressed={one.name === current.name}
              title={marked ? "differs from the shipped pack" : "as shipped"}
              onClick={() => {
                file.value = one.name;
              }}
            >
              {one.name}
            </button>
          );
        })}
      </div>
      <textarea
        class="field"
        rows={12}
        spellcheck={false}
        aria-label={`${current.name}.prompt`}
        value={edits.value[current.name] ?? current.source}
        onInput={(event) => {
          const text = event.currentTarget.value;
          const { [current.name]: _, ...others } = edits.peek();
          edits.value = text === current.source ? others : { ...others, [current.name]: text };
        }}
      />
      <div class="note-row wrap">
        <button
          type="button"
          class="button small"
          disabled={busy.value !== ""}
          onClick={() => void render()}
        >
          What a model would read
        </button>
        <button
          type="button"
          class="button small"
          disabled={busy.value !== ""}
          title={`Asks for ${tried} rewards and checks them; trains nothing`}
          onClick={() => void ask(false)}
        >
          Try
        </button>
        <button
          type="button"
          class="button small primary"
          disabled={busy.value !== "" || edited}
          title={edited ? "Save the pack first" : "A quick search, at most $1"}
          onClick={() => void start()}
        >
          {busy.value === "start" ? "Getting ready …" : "Start"}
        </button>
      </div>
      {edited && (
        <div class="note-row">
          <input
            class="field"
            placeholder="name of your pack"
            aria-label="Name of your pack"
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
          <button
            type="button"
            class="button small"
            disabled={busy.value !== "" || !/^[A-Za-z0-9][\w.-]*$/.test(name.value.trim())}
            onClick={() => void save()}
          >
            Save as pack
          </button>
        </div>
      )}
      {problem.value && <Problem error={problem.value} />}
      {trial.value && (
        <TrialView trial={trial.value} onSpend={() => void ask(true)} busy={busy.value === "try"} />
      )}
      {rendered.value?.issues.map((issue) => (
        <p class="problem-text" key={issue.message}>
          {issue.message}
          {issue.hint && <small>{issue.hint}</small>}
        </p>
      ))}
      {rendered.value && rendered.value.messages.length > 0 && (
        <>
          <p class="tab-head">
            <b class="number">{rendered.value.tokens} tokens</b>
            <span class="soft">the first prompt for {task}</span>
          </p>
          <Blocks messages={rendered.value.messages} />
        </>
      )}
    </div>
  );
}

function TrialView({ trial, onSpend, busy }: { trial: Trial; onSpend: () => void; busy: boolean }) {
  return (
    <div class="trial">
      <pre>{trial.estimate}</pre>
      {trial.candidates === null ? (
        <button type="button" class="button small" disabled={busy} onClick={onSpend}>
          {busy ? "Asking …" : `Ask for ${plural(tried, "reward")}`}
        </button>
      ) : (
        <>
          <ul>
            {trial.candidates.map(({ outcome, tries, codes, terms }, i) => (
              <li key={i}>
                <b class={outcome === "refused" ? "bad" : ""}>{outcome}</b>{" "}
                <span class="soft">
                  after {plural(tries, "try").replace("trys", "tries")}:{" "}
                  {codes.join(" ") || terms.join(", ")}
                </span>
              </li>
            ))}
          </ul>
          <p class="soft">{money(trial.spentUsd)} spent; nothing was trained.</p>
        </>
      )}
    </div>
  );
}

function Problem({ error }: { error: ApiError }) {
  return (
    <p class="problem-text">
      {error.message}
      {error.hint && <small>{error.hint}</small>}
    </p>
  );
}

function original(pack: Pack, name: string): string | null {
  return pack.files.find((one) => one.name === name)?.shipped ?? null;
}
