/** The PPO update beside the matrix products it cannot do without. */
import { benchLearn as measure } from "../../rl/bench.js";
import type { Benchmark } from "./benchmark.js";

export const benchLearn: Benchmark = async (progress) => {
  progress("learning: updates and matrix products in turns");
  const { widths, minibatchSize, updateSamplesPerSecond, gemmSamplesPerSecond, ratio } =
    await measure();
  const thousands = (value: number) => `${(value / 1000).toFixed(1)} k`;
  return {
    title: `Learning: PPO update of ${widths.join("→")} and its critic, minibatch ${minibatchSize}`,
    rows: [
      ["", "samples/s", "ratio", "wanted"],
      ["matrix products of the same shapes", thousands(gemmSamplesPerSecond), "1", ""],
      ["PPO update", thousands(updateSamplesPerSecond), ratio.toFixed(2), "≥ 0.5"],
    ],
    notes: ["medians over rounds in turns, one thread"],
  };
};
