/** The recording that `view FILE` opens, for the Replay page. */
import { readFileSync } from "node:fs";
import { RewardsmithError } from "../core/errors.js";
import type { Route } from "./route.js";

export function recordingRoute(file: string): Route {
  return {
    method: "GET",
    path: "/api/recording",
    handle: () => {
      try {
        return { bytes: readFileSync(file), type: "application/octet-stream" };
      } catch (cause) {
        throw new RewardsmithError("E_RECORDING_MISSING", "the recording cannot be read any more", {
          where: file,
          hint: "it may have been moved; open it again: rewardsmith view FILE",
          cause,
        });
      }
    },
  };
}
