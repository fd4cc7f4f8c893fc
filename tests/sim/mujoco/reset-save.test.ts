import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../reset-save.test.js");
