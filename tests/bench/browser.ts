/**
 * What the page costs, measured in a headless Chromium that draws with the processor: the first
 * picture, coming back after the server went, script time of a frame, draw calls, size of what loads
 * at first, and whether the heap stays flat.
 * `npm run bench:browser -- [--seconds 90] [--only picture]`; 600 is the long run.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import { startViewServer } from "../../src/view/server.js";
import { chromiumArguments, findChromium, howToGetChromium } from "../browser/chromium.js";
import { WalkerSource } from "../browser/walker-source.js";

/** 9 bodies each: 1,008 bodies. */
const numEnvs = 112;
const targets = { pictureSeconds: 2, backSeconds: 2, frameMs: 2, gzipKb: 350, heapGrowth: 0.05 };
const parts = { picture, back, frames, heap };
const repeats = 5;
/** Asked while the page's script may still be loading. */
const drawn =
  "globalThis.rewardsmith && [...rewardsmith.stages][0]?.report.pictures > 0 && rewardsmith.live.player.shown";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "90" },
    /** A part, or several with commas between. */
    only: { type: "string", default: Object.keys(parts).join(",") },
  },
});
const seconds = Number(values.seconds);
const executablePath = findChromium();
if (executablePath === null) throw new Error(`no Chromium was found: ${howToGetChromium}`);

const folder = mkdtempSync(path.join(tmpdir(), "rewardsmith-bench-"));
await build({
  configFile: path.resolve("viewer/vite.config.ts"),
  logLevel: "error",
  build: { outDir: folder, emptyOutDir: true },
});
const browser = await chromium.launch({
  executablePath,
  args: [...chromiumArguments, "--js-flags=--expose-gc"],
});
try {
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; drawing in software\n`);
  for (const part of values.only.split(",")) await parts[part as keyof typeof parts]();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

async function open(source: WalkerSource): Promise<{ page: Page; stop: () => Promise<void> }> {
  const server = await startViewServer({
    pagesFolder: folder,
    version: "bench",
    openSource: () => source,
  });
  const page = await browser.newPage({ viewport: { width: 480, height: 320 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${server.url}#/live`);
  await page.waitForFunction(
    "globalThis.rewardsmith && [...rewardsmith.stages][0]?.report.pictures > 5",
  );
  const stop = async () => {
    await page.close();
    await server.stop();
  };
  return { page, stop };
}

/** From opening the address to the first robot on it: frames that wait, and a process that must begin. */
async function picture(): Promise<void> {
  const walkers = await startViewServer({
    pagesFolder: folder,
    version: "bench",
    openSource: () => new WalkerSource(16),
  });
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await secondsToPicture(walkers.url));
  await walkers.stop();
  const wanted = `(target ≤ ${targets.pictureSeconds} s)`;
  row("first picture, frames there", `${spread(times)} ${wanted}`);
  const file = path.resolve("dist/cli/main.js");
  if (!existsSync(file)) {
    row("first picture, demo", "not measured: npm run build first");
    return;
  }
  const started: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const demo = spawn(process.execPath, [file, "demo", "cartpole-swingup"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let url: string | undefined;
    for await (const line of demo.stdout) {
      url = /http:\S+/.exec(String(line))?.[0];
      if (url !== undefined) break;
    }
    try {
      if (url === undefined) throw new Error("dist is of another version: npm run build first");
      started.push(await secondsToPicture(url));
    } finally {
      demo.kill("SIGINT");
      await once(demo, "exit");
    }
  }
  row("first picture, demo", `${spread(started)} ${wanted}`);
}

async function secondsToPicture(url: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 480, height: 320 } });
  page.setDefaultTimeout(120_000);
  const started = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForFunction(drawn);
  const seconds = (performance.now() - started) / 1000;
  await page.close();
  return seconds;
}

/** From the moment a server listens again, or the socket was cut, to a newer step in the page. */
async function back(): Promise<void> {
  const source = new WalkerSource(4);
  const serve = (port: number) =>
    startViewServer({
      pagesFolder: folder,
      version: "bench",
      port,
      tokens: { control: "c".repeat(32), read: "r".repeat(32) },
      openSource: () => source,
    });
  let server = await serve(0);
  const page = await browser.newPage({ viewport: { width: 480, height: 320 } });
  page.setDefaultTimeout(120_000);
  await page.goto(server.url);
  await page.waitForFunction(drawn);
  await page.evaluate("globalThis.stays = true");
  const newer = async (started: number) => {
    const stood = source.walker.frame.simTimeSeconds;
    await page.waitForFunction(`rewardsmith.live.player.shown?.simTimeSeconds > ${stood}`);
    return (performance.now() - started) / 1000;
  };
  const restarts: number[] = [];
  const cuts: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const { port } = server;
    await server.stop();
    await page.waitForFunction("rewardsmith.live.link.value === 'offline'");
    await page.waitForTimeout(1500);
    server = await serve(port);
    restarts.push(await newer(performance.now()));
    const sockets = (server as unknown as { connected: Map<object, { terminate(): void }> })
      .connected;
    for (const socket of sockets.values()) socket.terminate();
    cuts.push(await newer(performance.now()));
  }
  const wanted = `(target ≤ ${targets.backSeconds} s)`;
  row("back after a restart", `${spread(restarts)} ${wanted}`);
  row("back after a cut", `${spread(cuts)} ${wanted}`);
  if ((await page.evaluate("globalThis.stays")) !== true) throw new Error("the page was reloaded");
  await page.close();
  await server.stop();
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [middle, longest] = [sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  return `${middle.toFixed(2)} s median, ${longest.toFixed(2)} s longest of ${sorted.length}`;
}

async function frames(): Promise<void> {
  const { page, stop } = await open(new WalkerSource(numEnvs));
  const loaded: string[] = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map(({ name }) => new URL(name).pathname)
      .filter((name) => name.endsWith(".js")),
  );
  const gzip = loaded.reduce(
    (sum, name) => sum + gzipSync(readFileSync(path.join(folder, name))).length,
    0,
  );
  const measured = await page.evaluate(async () => {
    const { stages, live } = (globalThis as unknown as { rewardsmith: Handle }).rewardsmith;
    const [stage] = stages;
    const work: number[] = [];
    let pictures = stage.report.pictures;
    while (work.length < 40) {
      await new Promise(requestAnimationFrame);
      if (stage.report.pictures === pictures) continue;
      pictures = stage.report.pictures;
      work.push(stage.report.clockMs + stage.report.scriptMs);
    }
    // The newest step again and again as if steps came at full rate, once the code is warm.
    const timeline = live.player.timeline.value;
    const packets = [...timeline.packetsBetween(timeline.end - 1, timeline.end - 1)];
    let spent = 0;
    for (let k = 1; k <= 600; k++) {
      const copies = packets.map((packet) => packet.slice());
      for (const copy of copies) {
        const view = new DataView(copy.buffer);
        view.setUint32(4, view.getUint32(4, true) + k, true);
        view.setFloat64(8, view.getFloat64(8, true) + 0.02 * k, true);
      }
      const started = performance.now();
      for (const copy of copies) live.takePacket(copy);
      if (k > 300) spent += performance.now() - started;
    }
    if (timeline.end < 600) throw new Error("the page took no packets");
    const receiving = spent / 300;
    return { work, receiving, drawCalls: stage.report.drawCalls };
  });
  const sorted = measured.work.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const total = median + measured.receiving;
  row("bodies", `${numEnvs * 9} in ${numEnvs} environments`);
  row("receiving a step", `${measured.receiving.toFixed(2)} ms`);
  row("clock, interpolation, placing", `${median.toFixed(2)} ms median of ${sorted.length}`);
  row("main thread besides rendering", `${total.toFixed(2)} ms (target ≤ ${targets.frameMs})`);
  row("draw calls", `${measured.drawCalls} (5 shapes + 20 allowed)`);
  row("scripts at first, gzip", `${(gzip / 1024).toFixed(0)} KB (target ≤ ${targets.gzipKb})`);
  await stop();
}

interface Handle {
  readonly stages: Iterable<{
    readonly report: {
      readonly pictures: number;
      readonly clockMs: number;
      readonly scriptMs: number;
      readonly drawCalls: number;
    };
  }>;
  readonly live: {
    takePacket(packet: Uint8Array): void;
    readonly player: {
      readonly timeline: {
        readonly value: {
          readonly end: number;
          packetsBetween(first: number, last: number): Iterable<Uint8Array>;
        };
      };
    };
  };
}

/** The heap after garbage collection, from when the time bar begins to forget to the end. */
async function heap(): Promise<void> {
  const { page, stop } = await open(new WalkerSource(4));
  const session = await page.context().newCDPSession(page);
  const used = async () => {
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  };
  const started = performance.now();
  await page.waitForFunction("rewardsmith.live.player.timeline.value.begin > 0", null, {
    timeout: 600_000,
  });
  const full = (performance.now() - started) / 1000;
  const samples = [await used()];
  for (let i = 0; i < 9; i++) {
    await page.waitForTimeout((1000 * seconds) / 9);
    samples.push(await used());
  }
  const growth = samples[9] / samples[0] - 1;
  row(
    `heap for ${seconds} s after ${full.toFixed(0)} s`,
    `${samples.map((bytes) => (bytes / 1e6).toFixed(2)).join(" ")} MB, ${(100 * growth).toFixed(1)} % (target ≤ ${100 * targets.heapGrowth} %)`,
  );
  await stop();
}

function row(name: string, value: string): void {
  console.log(`${name.padEnd(32)}${value}`);
}
