/** Keys, mouse, words, versions, and what to copy into a report of something wrong. */
import { useSignal } from "@preact/signals";
import { protocolVersion } from "../../../../src/stream/protocol.js";
import { live } from "../../state/live-session.js";
import { stages } from "../../state/stages.js";
import { Icon } from "../../ui/icon.js";
import { KeyTable, MouseTable } from "../../ui/key-sheet.js";
import { glossary } from "./glossary.js";
import { pageKeys } from "./page-keys.js";
import "../../styles/help.css";

export function HelpPage() {
  return (
    <section class="page help" aria-label="Help">
      <div class="help-columns">
        <section class="help-card wide">
          <h2>Keys</h2>
          <KeyTable extra={pageKeys} />
        </section>
        <section class="help-card">
          <h2>Mouse</h2>
          <MouseTable />
        </section>
        <section class="help-card">
          <h2>About this page</h2>
          <Diagnostics />
        </section>
        <section class="help-card wide">
          <h2>Words</h2>
          <dl class="glossary">
            {glossary.map(([word, meaning]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd class="soft">{meaning}</dd>
              </div>
            ))}
          </dl>
          <small class="faint">
            {glossary.length} of {glossary.length} words
          </small>
        </section>
      </div>
    </section>
  );
}

function Diagnostics() {
  const copied = useSignal(false);
  const text = diagnostics();
  return (
    <>
      <pre class="diagnostics">{text}</pre>
      <button
        type="button"
        class="button"
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => {
            copied.value = true;
          });
        }}
      >
        <Icon name={copied.value ? "check" : "note"} size={16} />
        {copied.value ? "Copied" : "Copy"}
      </button>
    </>
  );
}

function diagnostics(): string {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2");
  const named = gl?.getExtension("WEBGL_debug_renderer_info");
  const [stage] = stages;
  const lines = [
    ["program", live.serverVersion.value || "not connected"],
    ["protocol", String(protocolVersion)],
    ["connection", `${live.link.value}, ${live.role.value}`],
    ["session", live.sessionId.value || "none"],
    ["task", live.model.value?.task ?? "none"],
    [
      "stream",
      `${Math.round(live.framesPerSecond.value)} frames/s, ${Math.round(live.bytesPerSecond.value)} bytes/s`,
    ],
    [
      "WebGL",
      gl ? String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : "none",
    ],
    ["pictures", stage ? `${stage.report.drawCalls} draw calls` : "none open"],
    ["window", `${innerWidth} × ${innerHeight} at ${devicePixelRatio}`],
    ["browser", navigator.userAgent],
  ];
  return lines.map(([name, value]) => `${name.padEnd(11)}${value}`).join("\n");
}
