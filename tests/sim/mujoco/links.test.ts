import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../links.test.js");
