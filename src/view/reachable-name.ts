/** How others name a server that listens on a host. */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** As it stands in a URL; for every address of this machine, one that other machines reach. */
export function reachableName(host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? outsideAddress() : host;
  return isIP(name) === 6 ? `[${name}]` : name;
}

function outsideAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
