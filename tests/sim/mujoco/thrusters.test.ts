import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../thrusters.test.js");
