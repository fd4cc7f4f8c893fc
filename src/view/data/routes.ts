/** The viewer's table of what can be asked of stored things, and done to runs. */
import { z } from "zod";
import { figure } from "../../design/figure.js";
import type { Route, ViewRequest } from "../route.js";
import type { RunNews } from "./answers.js";
import { readArtifact } from "./artifacts.js";
import { Curves } from "./curves.js";
import { unanswered } from "./run-summary.js";
import { StoredRuns } from "./stored-runs.js";

export interface DataOptions {
  /** Folder of all runs. */
  readonly runsFolder: string;
}

export function dataRoutes({ runsFolder }: DataOptions): Route[] {
  const runs = new StoredRuns(runsFolder);
  const curves = new Curves(runsFolder);
  const named = ({ params }: ViewRequest) => runs.open(params["run"] ?? "");
  return [
    get("/api/runs", () => ({ json: runs.list() })),
    get("/api/runs/:run/news", (request) => {
      const { since } = query(request, { since: z.coerce.number().int().min(0).default(0) });
      const { folder, state, log, live } = named(request);
      const summary = runs.summary(folder.info.name)!;
      const news: RunNews = {
        summary,
        events: log.eventsSince(since),
        live,
        waitingFor: live ? unanswered(state) : [],
      };
      return { json: news };
    }),
    get("/api/runs/:run/artifact", (request) => {
      const { path } = query(request, { path: z.string().max(300) });
      return readArtifact(named(request).folder, path);
    }),
    get("/api/runs/:run/figure", (request) => ({
      bytes: figure(named(request).state),
      type: "image/svg+xml",
    })),
    get("/api/runs/:run/curves", (request) => {
      const { stretches } = query(request, {
        stretches: z.coerce.number().int().min(10).max(500).default(120),
      });
      const run = named(request);
      const own = curves.of(run, stretches);
      const trained = own.some(({ kind }) => kind === "baseline");
      const other = trained ? null : runs.withBaselines(run);
      const borrowed = other ? curves.baselinesOf(other, stretches) : [];
      return { json: { curves: [...own, ...borrowed] } };
    }),
  ];
}

function get(path: string, handle: Route["handle"]): Route {
  return { method: "GET", path, handle };
}

function query<T extends z.ZodRawShape>(request: ViewRequest, shape: T) {
  return z.object(shape).parse(Object.fromEntries(request.query));
}
