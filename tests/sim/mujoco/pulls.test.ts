import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../pulls.test.js");
