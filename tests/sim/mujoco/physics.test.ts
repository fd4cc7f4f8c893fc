import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../physics.test.js");
