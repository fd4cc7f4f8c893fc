// Lets tests start workers from TypeScript source: node cannot load a .ts worker by itself.
import { register } from "tsx/esm/api";

register();
await import(process.argv[2]);
