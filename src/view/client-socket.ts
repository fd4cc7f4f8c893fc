/** What the server needs of a WebSocket; the tests have one without a network. */
export interface ClientSocket {
  /** Bytes handed over that the network has not yet taken. */
  readonly bufferedAmount: number;
  /** `done` is called when the network has taken them, or the connection has gone. */
  send(data: string | Uint8Array, done: () => void): void;
  close(code: number, reason: string): void;
  /** At once, without a word. */
  terminate(): void;
}
