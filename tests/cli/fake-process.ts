/** A stand-in for the process: what was written, and signals on demand. */
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import type { CliProcess } from "../../src/cli/program.js";

export class Written {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "");
  }
}

export class FakeProcess extends EventEmitter implements CliProcess {
  readonly stdin = Readable.from([]);
  readonly stdout = new Written();
  readonly stderr = new Written();
  readonly env: Record<string, string> = {};
  readonly argv: readonly string[];
  exited: number | undefined;

  constructor(...args: string[]) {
    super();
    this.argv = ["node", "/somewhere/main.js", ...args];
  }

  exit(code: number): void {
    this.exited = code;
  }
}
