import { underTest } from "../world.js";

underTest.engine = "mujoco";
await import("../watch.test.js");
