import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import { Shell } from "./shell.js";

render(<Shell />, document.getElementById("app")!);
