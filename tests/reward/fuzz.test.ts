import { describe, it } from "vitest";
import { fuzzGenerated, fuzzMutated } from "./fuzz.js";

describe("compiled and plain evaluation agree to the bit", () => {
  it("on random programs", () => fuzzGenerated(60, 1), 60_000);
  it("on ordinary rewards with changed tokens", () => fuzzMutated(80, 1), 60_000);
});
