/** All runs in a table: found by words and conditions, ticked to be compared, live. */
import { computed, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import "../../runs/runs.css";
import { listProblem, runs, totalRuns, watchRuns } from "../../runs/run-list.js";
import { parseRunQuery } from "../../runs/run-query.js";
import { open, route, setParameters } from "../../state/route.js";
import { plural } from "../../ui/format.js";
import { Icon } from "../../ui/icon.js";
import { NoRuns } from "./no-runs.js";
import { RunsTable } from "./runs-table.js";
import { StartSearch } from "./start-search.js";

const query = computed(() => route.value.parameters["find"] ?? "");

export function RunsPage() {
  useEffect(watchRuns, []);
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  const starting = useSignal(false);
  const parsed = useComputed(() => parseRunQuery(query.value));
  const shown = useComputed(() => runs.value?.filter(parsed.value.test) ?? []);
  if (runs.value === null) {
    return (
      <section class="page" aria-label="Runs">
        {listProblem.value === null ? null : <Offline why={listProblem.value} />}
      </section>
    );
  }
  const chosen = [...ticked.value].filter((name) => runs.value?.some((run) => run.name === name));
  return (
    <section class="page runs-page" aria-label="Runs">
      {starting.value && (
        <StartSearch
          onClose={() => {
            starting.value = false;
          }}
        />
      )}
      {runs.value.length === 0 && totalRuns.value === 0 ? (
        <NoRuns
          onMore={() => {
            starting.value = true;
          }}
        />
      ) : (
        <>
          <header class="runs-head">
            <label class="search-box">
              <Icon name="search" size={16} />
              <input
                type="search"
                placeholder="task:ant fitness>0.8"
                aria-label="Find runs"
                value={query.value}
                onInput={(event) => setParameters({ find: event.currentTarget.value || null })}
              />
            </label>
            <span class="soft runs-count">
              {shown.value.length === totalRuns.value
                ? plural(totalRuns.value, "run")
                : `${shown.value.length} of ${plural(totalRuns.value, "run")}`}
            </span>
            {parsed.value.problem && <span class="runs-problem">{parsed.value.problem}</span>}
            <span class="spacer" />
            {listProblem.value && <span class="runs-problem">{listProblem.value}</span>}
            <button
              type="button"
              class="button"
              disabled={chosen.length < 2 || chosen.length > 4}
              title="Tick two to four runs"
              onClick={() => open("compare", { panes: chosen.join(",") })}
            >
              <Icon name="compare" size={16} />
              Compare{chosen.length > 0 ? ` ${chosen.length}` : ""}
            </button>
            <button
              type="button"
              class="button primary"
              onClick={() => {
                starting.value = true;
              }}
            >
              <Icon name="plus" size={16} />
              New search
            </button>
          </header>
          <RunsTable runs={shown.value} ticked={ticked} />
        </>
      )}
    </section>
  );
}

function Offline({ why }: { why: string }) {
  return (
    <div class="empty">
      <h2>Offline</h2>
      <p>{why}. The list comes back by itself.</p>
    </div>
  );
}
