/** A transfer: its stages, every policy that was trained on the way, and the report. */
import type { TransferSummary } from "../../../../src/view/data/answers.js";
import { useArtifact } from "../../runs/artifact-text.js";
import { Markdown } from "../../runs/markdown.js";
import { partText } from "../../runs/transfer-text.js";
import { short } from "../../ui/format.js";

interface TransferPaneProps {
  readonly run: string;
  readonly transfer: TransferSummary;
}

export function TransferPane({ run, transfer }: TransferPaneProps) {
  const { stages, policies, report } = transfer;
  const { text, problem } = useArtifact(run, report);
  return (
    <div class="transfer-pane">
      <ol class="transfer-stages" aria-label="Stages">
        {stages.map((stage) => (
          <li key={stage.name}>
            <span>{stage.name}</span>
            <progress max={stage.of ?? Math.max(1, stage.done)} value={stage.done} />
            <small class="number soft">{partText(stage)}</small>
          </li>
        ))}
      </ol>
      <Policies policies={policies} />
      {report === null ? (
        <p class="soft">The report is written once the exam is over.</p>
      ) : (
        <article class="transfer-report" aria-label="Report">
          {problem && <p class="bad">{problem.message}</p>}
          {text !== null && <Markdown run={run} text={text} />}
        </article>
      )}
    </div>
  );
}

function Policies({ policies }: Pick<TransferSummary, "policies">) {
  if (policies.length === 0) return null;
  return (
    <details open={policies.length <= 12}>
      <summary>
        {policies.length === 1 ? "One policy" : `${policies.length} policies`} trained
      </summary>
      <div class="transfer-scroll">
        <table class="transfer-table">
          <thead>
            <tr>
              <th>Policy</th>
              <th>Worst tenth</th>
              <th>Exam</th>
            </tr>
          </thead>
          <tbody>
            {policies.map(({ name, problem, worstTenth, passed, chosen }) => (
              <tr key={name}>
                <td>
                  {name}
                  {chosen && <b class="transfer-chosen"> chosen</b>}
                  {problem && <small class="block bad">{problem}</small>}
                </td>
                <td class="number">{worstTenth === null ? "–" : short(worstTenth)}</td>
                <td>{passed === null ? "–" : passed ? "passed" : "not passed"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
