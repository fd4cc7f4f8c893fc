import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../world-parameters.test.js");
