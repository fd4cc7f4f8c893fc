/** Tokens, money, steps and time so far, and how much of each budget is left. */
import { duration, money } from "../../runs/time-text.js";
import { count } from "../../ui/format.js";
import type { SideProps } from "./lab-side.js";

export function CostTab({ follower }: SideProps) {
  const { spent, start, budget, machine } = follower.state.value;
  const limits = (start?.settings["design"] ?? {}) as Readonly<Record<string, unknown>>;
  const limit = (name: string) => {
    const value = limits[name];
    return typeof value === "number" ? value : null;
  };
  const tokens = spent.promptTokens + spent.completionTokens;
  return (
    <div class="costs">
      <Budget
        title="Money"
        spent={spent.costUsd}
        limit={limit("maxMoneyUsd")}
        format={money}
        note={spent.unpricedAnswers > 0 ? `${spent.unpricedAnswers} answers of unknown price` : ""}
      />
      <Budget
        title="Tokens"
        spent={tokens}
        limit={limit("maxTokens")}
        format={count}
        note={
          tokens > 0 ? `${count(spent.promptTokens)} in, ${count(spent.completionTokens)} out` : ""
        }
      />
      <Budget
        title="Environment steps of the search"
        spent={spent.searchSteps}
        limit={limit("maxSteps")}
        format={count}
        note={
          spent.finalSteps > 0 ? `and ${count(spent.finalSteps)} in confirmations and finals` : ""
        }
      />
      <Budget
        title="Wall time"
        spent={spent.wallSeconds}
        limit={limit("maxMinutes") === null ? null : 60 * limit("maxMinutes")!}
        format={duration}
        note={`${duration(spent.cpuSeconds)} of processor time in trainings`}
      />
      {budget && (
        <p class="alarm-text">
          The search ended its {budget.kind}: {count(budget.spent)} of {count(budget.limit)}.
        </p>
      )}
      <p class="soft tab-text">{machine}</p>
    </div>
  );
}

interface BudgetProps {
  readonly title: string;
  readonly spent: number;
  readonly limit: number | null;
  readonly format: (value: number) => string;
  readonly note: string;
}

function Budget({ title, spent, limit, format, note }: BudgetProps) {
  const share = limit === null ? 0 : Math.min(1, spent / limit);
  return (
    <section class="budget">
      <h3>{title}</h3>
      <p>
        <b class="number">{format(spent)}</b>
        <span class="soft">{limit === null ? "no limit" : `of ${format(limit)}`}</span>
      </p>
      {limit !== null && (
        <div class="budget-bar" aria-hidden="true">
          <i style={{ width: `${100 * share}%` }} data-full={share >= 0.9 ? "" : undefined} />
        </div>
      )}
      {note && <small class="soft">{note}</small>}
    </section>
  );
}
