import { render } from "preact";
import { z } from "zod";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/shell.css";
import "../styles/workspace.css";
import "./share.css";
import { bytesSource } from "../../../src/stream/recording-reader.js";
import { loadRecording } from "../timeline/load-recording.js";
import { Player } from "../timeline/player.js";
import { SharePage } from "./share-page.js";
import { sharedAbout, sharedRecording } from "./shared.js";

// The page forbids functions made from text.
z.config({ jitless: true });

const root = document.getElementById("app")!;
const about = sharedAbout();
if (about === null) {
  render(
    <Sentence text="This page is empty: rewardsmith share writes a recording into it." />,
    root,
  );
} else {
  loadRecording(bytesSource(sharedRecording()), () => {}).then(
    ({ timeline, problems }) => {
      const player = new Player();
      player.open(timeline, false);
      player.playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      render(<SharePage about={about} player={player} problems={problems} />, root);
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      render(<Sentence text={`The recording in this page cannot be read: ${message}`} />, root);
    },
  );
}

function Sentence({ text }: { text: string }) {
  return (
    <div class="empty">
      <p>{text}</p>
    </div>
  );
}
