/** The viewer's table of what can be asked of stored things, and done to runs. */
import { join } from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../../core/errors.js";
import { figure } from "../../design/figure.js";
import { deliverRequest } from "../../design/inbox.js";
import { runRequestSchema } from "../../events/request.js";
import { manualFiles } from "../../llm/manual.js";
import { writeAtomic } from "../../run/disk.js";
import { summarizeTasks } from "../../task/node/load.js";
import type { Route, ViewRequest } from "../route.js";
import { packDraftSchema, type RunNews, runNameSchema, startRequestSchema } from "./answers.js";
import { readArtifact } from "./artifacts.js";
import { conversationOf, nextPromptOf } from "./conversation.js";
import { Curves } from "./curves.js";
import { LoadedTasks } from "./loaded-tasks.js";
import { Packs } from "./packs.js";
import { refuseRequest } from "./refusals.js";
import { unanswered } from "./run-summary.js";
import { type Program, StartedSearches, thisProgram } from "./started-searches.js";
import { StoredRuns } from "./stored-runs.js";
import { TaskPictures } from "./task-pictures.js";
import { tryDraft } from "./trials.js";

export interface DataOptions {
  /** Folder of all runs. */
  readonly runsFolder: string;
  /** What a search from the page is started with; by default this program. */
  readonly program?: Program;
  readonly now?: () => Date;
  /** Where keys and addresses of models come from; by default the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function dataRoutes(options: DataOptions): Route[] {
  const { runsFolder, now = () => new Date() } = options;
  const runs = new StoredRuns(runsFolder);
  const curves = new Curves(runsFolder);
  const tasks = new LoadedTasks();
  const pictures = new TaskPictures(tasks);
  const packs = new Packs(runsFolder);
  const searches = new StartedSearches(runsFolder, options.program ?? thisProgram());
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
    get("/api/runs/:run/picture", async (request) => ({
      bytes: await pictures.of(named(request).folder.info.task),
      type: "image/png",
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
    get("/api/runs/:run/conversation", async (request) => {
      const turn = query(request, turnSchema);
      return { json: (await conversationOf(named(request), turn)) ?? missing("prompt") };
    }),
    get("/api/runs/:run/next", async (request) => {
      const run = named(request);
      return { json: await nextPromptOf(run, await tasks.task(run.folder.info.task)) };
    }),
    get("/api/tasks", () => ({ json: { tasks: summarizeTasks() } })),
    get("/api/packs", async () => ({ json: { packs: await packs.list() } })),

    post("/api/runs", async ({ body }) => {
      const search = startRequestSchema.parse(body);
      const task = known(search.task);
      const prompts = search.prompts && { prompts: await packs.pathOf(search.prompts) };
      return { json: { run: await searches.start({ ...search, task, ...prompts }) } };
    }),
    post("/api/runs/:run/requests", async (request) => {
      const wanted = runRequestSchema.parse(request.body);
      const run = named(request);
      refuseRequest(run, wanted);
      return { json: { taken: await deliverRequest(run.folder, wanted, now) } };
    }),
    post("/api/runs/:run/resume", async (request) => {
      const { folder, live } = named(request);
      const finished = runs.summary(folder.info.name)?.status === "finished";
      if (live || finished) {
        throw new RewardsmithError(
          "E_VIEW_RESUME",
          live ? "a process works on it already" : "it is finished",
        );
      }
      await searches.resume(folder.info.name);
      return { json: { run: folder.info.name } };
    }),
    post("/api/runs/:run/check", async (request) => {
      const { source } = z.strictObject({ source: z.string().max(200_000) }).parse(request.body);
      const { task } = named(request).folder.info;
      return { json: await tasks.check(task, source, request.signal) };
    }),
    post("/api/runs/:run/answer", (request) => {
      const { text, ...turn } = answerSchema.parse(request.body);
      const { folder, state } = named(request);
      const waits = unanswered(state).some(
        (one) => one.iteration === turn.iteration && one.candidate === turn.candidate,
      );
      if (!waits) missing("prompt that waits");
      const file = join("manual", manualFiles({ run: folder.info.name, ...turn }).answer);
      writeAtomic(folder.path(file), text);
      return { json: { taken: true } };
    }),
    post("/api/packs/render", async ({ body }) => {
      const { task, ...draft } = draftSchema.parse(body);
      return { json: await packs.render(draft, await tasks.task(known(task))) };
    }),
    post("/api/packs/difference", async ({ body }) => {
      const { task, ...draft } = draftSchema.parse(body);
      return { json: { patch: await packs.difference(draft, await tasks.task(known(task))) } };
    }),
    post("/api/packs/try", async ({ body, signal }) => {
      const { task, count, model, spend, ...draft } = trySchema.parse(body);
      const asked = { draft, task: known(task), count, model, spend, signal };
      return { json: await tryDraft(asked, { packs, tasks }, options.env ?? process.env) };
    }),
    post("/api/packs/save", async ({ body }) => {
      const { task, name, ...draft } = draftSchema.extend({ name: runNameSchema }).parse(body);
      return { json: await packs.save(name, draft, await tasks.task(known(task))) };
    }),
  ];

  /** A built-in task, or one that a run here was made with: task files are code, so no other folder is read. */
  function known(task: string): string {
    const builtIn = summarizeTasks().some(({ name }) => name === task);
    return builtIn ? task : (runs.taskOf(task) ?? missing("task"));
  }
}

const turnSchema = {
  iteration: z.coerce.number().int().min(0),
  candidate: z.coerce.number().int().min(0),
  attempt: z.coerce.number().int().min(0).default(0),
};
const answerSchema = z.strictObject({ ...turnSchema, text: z.string().trim().min(1).max(500_000) });
const draftSchema = packDraftSchema.extend({ task: z.string().max(300) });

const trySchema = draftSchema.extend({
  count: z.int().min(1).max(16),
  model: z.string().max(200).optional(),
  spend: z.boolean(),
});

function missing(what: string): never {
  throw new RewardsmithError("E_VIEW_UNKNOWN", `there is no such ${what}`);
}

function post(path: string, handle: Route["handle"]): Route {
  return { method: "POST", path, handle };
}

function get(path: string, handle: Route["handle"]): Route {
  return { method: "GET", path, handle };
}

function query<T extends z.ZodRawShape>(request: ViewRequest, shape: T) {
  return z.object(shape).parse(Object.fromEntries(request.query));
}
