import { expect, test } from "vitest";
import { Access, tokenOf } from "../../src/view/access.js";

const access = new Access(["https://lab.example"], { control: "c", read: "r" });
const code = (host: string, origin?: string) =>
  access.refusal({ host, ...(origin === undefined ? {} : { origin }) })?.code;

test("pages of this server and programs without an origin may connect", () => {
  expect(code("127.0.0.1:4000")).toBeUndefined();
  expect(code("127.0.0.1:4000", "http://127.0.0.1:4000")).toBeUndefined();
  expect(code("localhost:4000", "http://localhost:4000")).toBeUndefined();
  expect(code("[::1]:4000", "http://[::1]:4000")).toBeUndefined();
});

test("pages from elsewhere may not, and the refusal names the flag", () => {
  expect(code("127.0.0.1:4000", "http://evil.example")).toBe("E_VIEW_ORIGIN");
  expect(code("127.0.0.1:4000", "null")).toBe("E_VIEW_ORIGIN");
  expect(code("127.0.0.1:4000", "http://127.0.0.1:4001")).toBe("E_VIEW_ORIGIN");
  const refused = access.refusal({ host: "127.0.0.1:1", origin: "http://evil.example" });
  expect(refused?.hint).toBe("start it with --allow-origin http://evil.example");
});

test("a foreign name that points here is not answered", () => {
  expect(code("evil.example:4000")).toBe("E_VIEW_HOST");
  expect(code("127.0.0.1.evil.example")).toBe("E_VIEW_HOST");
  expect(code("localhost.evil.example")).toBe("E_VIEW_HOST");
  expect(code("")).toBe("E_VIEW_HOST");
  expect(code("evil.example:4000", "http://evil.example:4000")).toBe("E_VIEW_HOST");
});

test("an allowed origin may connect, under its own name too", () => {
  expect(code("127.0.0.1:4000", "https://lab.example")).toBeUndefined();
  expect(code("lab.example", "https://lab.example")).toBeUndefined();
});

test("an origin may be given as an address bar shows it, with a slash", () => {
  const slashed = new Access(["https://lab.example/"]);
  expect(slashed.refusal({ host: "127.0.0.1", origin: "https://lab.example" })).toBeUndefined();
});

test("the name that the server was told to listen on is answered, others are not", () => {
  const named = new Access([], undefined, "robot-lab");
  expect(
    named.refusal({ host: "robot-lab:4000", origin: "http://robot-lab:4000" }),
  ).toBeUndefined();
  expect(named.refusal({ host: "evil.example:4000" })?.code).toBe("E_VIEW_HOST");
});

test("what strangers send is shown without control characters", () => {
  expect(access.refusal({ host: "127.0.0.1", origin: "http://a\n\u001b[2J" })?.message).toBe(
    'a page from "http://a??[2J" may not connect',
  );
});

const allowed = (token: string | undefined, nowMs = 0) => {
  const admitted = access.admit(token, nowMs);
  return "role" in admitted ? admitted.role : admitted.code;
};

test("tokens tell the roles apart", () => {
  expect(allowed("c")).toBe("control");
  expect(allowed("r")).toBe("read");
  expect(allowed("x")).toBe("E_VIEW_TOKEN");
  expect(allowed(undefined)).toBe("E_VIEW_TOKEN");
  expect(tokenOf({ authorization: "Bearer abc" }, new URLSearchParams("token=x"))).toBe("abc");
  expect(tokenOf({}, new URLSearchParams("token=x"))).toBe("x");
});

test("a link for others may look until its time is over, which nobody can move", () => {
  const token = access.readTokenUntil(5000);
  expect(access.admit(token, 4999)).toEqual({ role: "read", untilMs: 5000 });
  expect(allowed(token, 5000)).toBe("E_VIEW_LINK_ENDED");
  for (const forged of [token.replace("5000", "9000"), token.slice(0, -1), "5000.", "5000", "."]) {
    expect(allowed(forged, 0)).toBe("E_VIEW_TOKEN");
  }
  const other = new Access([]).readTokenUntil(5000);
  expect(allowed(other)).toBe("E_VIEW_TOKEN");
});

test("tokens are random", () => {
  const { tokens } = new Access([]);
  expect(tokens.control).toMatch(/^[\w-]{22}$/);
  expect(new Set([tokens.control, tokens.read, new Access([]).tokens.control]).size).toBe(3);
});
