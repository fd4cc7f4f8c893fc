import { describe, it } from "vitest";
import { fuzzGenerated, fuzzMutated } from "../../reward/fuzz.js";

describe("compiled and plain evaluation agree to the bit, over many programs", () => {
  it("random ones", () => fuzzGenerated(1_500, 20_261));
  it("ordinary rewards with changed tokens", () => fuzzMutated(4_000, 20_262));
});
