/** A link to this page for somebody who is to look, not touch, for as long as is chosen here. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type ReadLink, readLinkPath, readLinkSchema } from "../../../src/view/read-link.js";
import { postJson } from "../state/api.js";
import { live } from "../state/live-session.js";
import { notify } from "../state/notices.js";
import { moment } from "../ui/format.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";

const hour = 3600;
const spans = [
  ["An hour", hour],
  ["A day", 24 * hour],
  ["A week", 7 * 24 * hour],
] as const;

export function ShareLink() {
  if (!live.mayControl.value) return null;
  return (
    <Popover
      class="button share-button"
      title="A link for somebody else, who may look for a time and change nothing"
      atRight
      label={
        <>
          <Icon name="share" size={15} />
          <span>Share</span>
        </>
      }
    >
      {() => <NewLink />}
    </Popover>
  );
}

function NewLink() {
  const link = useSignal<ReadLink | null>(null);
  const ask = (seconds: number) => {
    postJson(readLinkPath, { seconds }, readLinkSchema).then(
      (made) => {
        link.value = made;
      },
      (error) => notify("error", error.message, error.hint),
    );
  };
  if (link.value) return <Made link={link.value} />;
  return (
    <div class="share-link">
      <h3>A link that may look</h3>
      <p class="soft">
        Whoever has it sees what you see, live, and can change nothing. It ends by itself, or when
        the command does.
      </p>
      <div>
        {spans.map(([title, seconds]) => (
          <button type="button" class="button" key={title} onClick={() => ask(seconds)}>
            {title}
          </button>
        ))}
      </div>
      <p class="faint">
        For somebody without access to this computer: Replay, Export, <i>Page for others</i> saves
        one HTML file.
      </p>
    </div>
  );
}

function Made({ link }: { link: ReadLink }) {
  const copied = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const url = linkForOthers(link);
  return (
    <div class="share-link">
      <h3>May look until {moment(link.untilMs)}</h3>
      <div>
        <input
          ref={field}
          class="field"
          readOnly
          aria-label="Link"
          value={url}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <button
          type="button"
          class="button primary"
          onClick={() => {
            // Browsers lend the clipboard only to pages from this computer or over https.
            field.current?.select();
            const done = navigator.clipboard
              ? navigator.clipboard.writeText(url)
              : Promise.resolve(document.execCommand("copy"));
            done.then(
              () => {
                copied.value = true;
              },
              () => notify("error", "the browser did not copy", "press Ctrl-C: it is selected"),
            );
          }}
        >
          <Icon name={copied.value ? "check" : "note"} size={15} />
          {copied.value ? "Copied" : "Copy"}
        </button>
      </div>
      {isLoopback(new URL(url).hostname) ? (
        <p class="faint">
          Only this computer reaches this address. Started with <code>--host 0.0.0.0</code>, the
          command serves others on your network too.
        </p>
      ) : null}
    </div>
  );
}

/** Under the name this page was opened by, unless that name reaches only this computer. */
function linkForOthers({ url, token }: ReadLink): string {
  const here = new URL(location.href);
  here.searchParams.set("token", token);
  return isLoopback(here.hostname) ? `${url}${location.hash}` : here.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
