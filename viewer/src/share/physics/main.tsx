import { openPage } from "../open-page.js";
import { sharedWorldInPage } from "../shared.js";
import { startSandbox } from "./sandbox.js";

openPage(() => {
  const world = sharedWorldInPage();
  return world && startSandbox(world);
});
