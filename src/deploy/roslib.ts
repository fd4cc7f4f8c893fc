/** What is used of roslib, whose own declarations name files that it does not ship. */
import * as library from "roslib";

export interface Ros {
  readonly isConnected: boolean;
  connect(url: string): Promise<void>;
  close(): void;
  on(event: "connection" | "close" | "error", listener: () => void): void;
  once(event: "close", listener: () => void): void;
  removeAllListeners(): void;
}

export interface Topic {
  subscribe(listener: (message: unknown) => void): void;
  unsubscribe(): void;
  advertise(): void;
  publish(message: unknown): void;
}

interface TopicOptions {
  readonly ros: Ros;
  readonly name: string;
  readonly messageType: string;
  /** Messages that rosbridge keeps for a slow listener. */
  readonly queue_length: number;
  readonly reconnect_on_close: boolean;
}

const constructors = library as unknown as {
  readonly Ros: new () => Ros;
  readonly Topic: new (options: TopicOptions) => Topic;
};

export function createRos(): Ros {
  return new constructors.Ros();
}

export function createTopic(options: TopicOptions): Topic {
  return new constructors.Topic(options);
}
