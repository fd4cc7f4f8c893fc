import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import { Shell } from "./shell.js";
import { exposeToConsole } from "./state/diagnostics.js";

exposeToConsole();
render(<Shell />, document.getElementById("app")!);
