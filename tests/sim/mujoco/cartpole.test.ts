import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../cartpole.test.js");
