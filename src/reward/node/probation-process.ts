/** Entry of the throw-away process: one request in, one report out. */
import { type ProbationRequest, runProbation } from "./probation.js";

process.once("message", (request: ProbationRequest) => {
  const report = runProbation(request, () => performance.now());
  process.send?.(report, () => process.exit(0));
});
process.once("disconnect", () => process.exit(0));
