import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../losses.test.js");
