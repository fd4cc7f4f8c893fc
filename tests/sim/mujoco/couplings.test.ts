import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../couplings.test.js");
