import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../closed-loops.test.js");
