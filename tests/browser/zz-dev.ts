import { startViewServer } from "../../src/view/server.js";
import { WalkerSource } from "./walker-source.js";

const source = new WalkerSource(Number(process.argv[2] ?? 16));
const server = await startViewServer({
  pagesFolder: "dist/viewer",
  port: Number(process.argv[3] ?? 4310),
  version: "0.1.0",
  openSource: (name) => (name === "live" ? source : undefined),
  tokens: { control: "c".repeat(32), read: "r".repeat(32) },
  log: console.log,
});
console.log(server.url);
