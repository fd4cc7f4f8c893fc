import { openPage } from "./open-page.js";

openPage(() => null);
