import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../parameters.test.js");
