import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../several-joints.test.js");
