import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { recordingRoutes } from "../../src/view/recording-route.js";
import { temporaryFolder } from "../temporary-folder.js";

const ask = (file: string, place: string) => {
  const { pathname, searchParams: query } = new URL(place, "http://localhost");
  const route = recordingRoutes(file).find((one) => one.path === pathname);
  if (!route) throw new Error("no route");
  const { signal } = new AbortController();
  return route.handle({ params: {}, query, role: "read", body: undefined, signal });
};

test("a recording is served a piece at a time, and says how long it is", async () => {
  const file = path.join(temporaryFolder("recording"), "a.rollout");
  writeFileSync(file, "0123456789");
  const piece = async (query: string) => {
    const answer = await ask(file, `/api/recording${query}`);
    return "bytes" in answer ? new TextDecoder().decode(answer.bytes as Uint8Array) : "";
  };
  expect(await ask(file, "/api/recording/about")).toEqual({ json: { bytes: 10 } });
  expect(await piece("?offset=2&length=3")).toBe("234");
  expect(await piece("?offset=8&length=100")).toBe("89");
  expect(await piece("?offset=11&length=1")).toBe("");
  expect(await piece("")).toBe("0123456789");
});

test("what is asked wrongly is refused, and a file that has gone is said", async () => {
  const file = path.join(temporaryFolder("recording"), "gone.rollout");
  for (const query of ["?offset=-1", "?offset=x", "?length=1e9"]) {
    await expect(ask(file, `/api/recording${query}`)).rejects.toThrow(/offset|length/);
  }
  for (const place of ["/api/recording", "/api/recording/about"]) {
    await expect(ask(file, place)).rejects.toMatchObject({ code: "E_RECORDING_MISSING" });
  }
});
