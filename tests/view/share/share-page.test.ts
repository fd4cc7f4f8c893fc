import { expect, test } from "vitest";
import { type SharedAbout, sharedAboutSchema } from "../../../src/view/share/about.js";
import { sharePage } from "../../../src/view/share/share-page.js";

const template =
  "<head><title>Rewardsmith</title></head><body><!-- shared --><script>run()</script></body>";

const about = (title: string): SharedAbout => ({
  title,
  program: "rewardsmith test",
  createdAt: "2026-01-01T00:00:00.000Z",
  fitnessUnit: "m/s",
  run: null,
  candidate: null,
  curves: [],
});

function contentOf(page: string, id: string): string {
  return new RegExp(`<script type="[^"]*" id="${id}">(.*?)</script>`, "s").exec(page)?.[1] ?? "";
}

test("the recording and what is known about it stand in the page before its script", () => {
  const recording = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 256);
  const page = sharePage(template, { about: about("walker"), recording, world: null });
  expect(page).toContain("<title>walker · Rewardsmith</title>");
  expect(Buffer.from(contentOf(page, "shared-recording"), "base64")).toEqual(
    Buffer.from(recording),
  );
  const read = sharedAboutSchema.parse(JSON.parse(contentOf(page, "shared-about")));
  expect(read).toEqual(about("walker"));
  expect(page.indexOf("shared-recording")).toBeLessThan(page.indexOf("run()"));
});

test("no title ends the element that it stands in, or is taken for a pattern", () => {
  for (const title of [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "$& $1 $`",
    "a & b",
  ]) {
    const page = sharePage(template, {
      about: about(title),
      recording: new Uint8Array(3),
      world: null,
    });
    expect(JSON.parse(contentOf(page, "shared-about")).title).toBe(title);
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page).not.toContain("Rewardsmith</title></title>");
    expect(page.match(/<title>/g)).toHaveLength(1);
  }
});

test("a page without a place for the data is refused", () => {
  for (const wrong of ["<body></body>", `${template}${template}`]) {
    expect(() =>
      sharePage(wrong, { about: about("x"), recording: new Uint8Array(1), world: null }),
    ).toThrowError(expect.objectContaining({ code: "E_SHARE_TEMPLATE" }));
  }
});
