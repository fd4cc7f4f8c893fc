/**
 * The pages that `rewardsmith share` writes recordings into, everything in one file: `--mode physics`
 * builds the one with Rapier in it.
 */
import { deflateSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

export default defineConfig(({ mode }) => {
  const page = mode === "physics" ? "share-physics.html" : "share.html";
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [inOneFile(page)],
    build: {
      outDir: "../dist/viewer",
      emptyOutDir: false,
      target: "es2022",
      assetsInlineLimit: Number.POSITIVE_INFINITY,
      cssCodeSplit: false,
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1200,
      rolldownOptions: {
        input: new URL(page, import.meta.url).pathname,
        output: { codeSplitting: false },
      },
    },
  };
});

/** Puts script and style into the page and drops their files. */
function inOneFile(pageName: string): Plugin {
  return {
    name: "in-one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle[pageName];
      if (page?.type !== "asset") throw new Error(`${pageName} was not built`);
      let html = String(page.source);
      for (const [name, file] of Object.entries(bundle)) {
        if (file === page) continue;
        const path = name.replaceAll(".", "\\.");
        const tag = new RegExp(`<(script|link)[^>]*"\\./${path}"[^>]*>(</script>)?`);
        if (!tag.test(html)) throw new Error(`nothing in the page loads ${name}`);
        const inline =
          file.type === "chunk" ? packed(file.code) : `<style>${String(file.source)}</style>`;
        html = html.replace(tag, () => inline);
        delete bundle[name];
      }
      page.source = html;
    },
  };
}

/** A script as deflated text, a third of its size, and a small one that unpacks and starts it. */
function packed(code: string): string {
  const text = deflateSync(code, { level: 9 }).toString("base64");
  return `<script type="text/plain" id="program">${text}</script>
    <script type="module">
      const text = atob(document.getElementById("program").textContent);
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      const script = document.createElement("script");
      script.type = "module";
      script.textContent = await new Response(stream).text();
      document.head.append(script);
    </script>`;
}
