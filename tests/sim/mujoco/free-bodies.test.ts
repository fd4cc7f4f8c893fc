import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../free-bodies.test.js");
