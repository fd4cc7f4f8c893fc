/** The prompt of the chosen candidate, exactly as it was sent. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Conversation, conversationSchema } from "../../../../src/view/data/answers.js";
import { getJson } from "../../state/api.js";
import { plural } from "../../ui/format.js";
import { Blocks } from "./blocks.js";
import type { SideProps } from "./lab-side.js";
import { PackPanel } from "./pack-panel.js";

export function useConversation({ follower, candidate }: SideProps): Conversation | null {
  const shown = useSignal<Conversation | null>(null);
  const state = follower.state.value;
  const prompts = state.prompts.filter(
    (prompt) => prompt.iteration === candidate?.iteration && prompt.candidate === candidate?.index,
  );
  const attempt = prompts[prompts.length - 1]?.attempt;
  const answers = state.answers.length;
  const key = attempt === undefined ? null : `${candidate?.id} ${attempt} ${answers}`;
  useEffect(() => {
    let wanted = true;
    if (key === null) {
      shown.value = null;
      return;
    }
    const query = new URLSearchParams({
      iteration: String(candidate!.iteration),
      candidate: String(candidate!.index),
      attempt: String(attempt),
    });
    getJson(
      `/api/runs/${encodeURIComponent(follower.name)}/conversation?${query}`,
      conversationSchema,
    )
      .then((found) => {
        if (wanted) shown.value = found;
      })
      .catch(() => {});
    return () => {
      wanted = false;
    };
  }, [key, shown, follower]);
  return key === null ? null : shown.value;
}

export function PromptTab(props: SideProps) {
  const conversation = useConversation(props);
  const { follower, candidate } = props;
  const asks = follower.state.value.prompts.length > 0;
  // The panel has the same key in both answers, so that what is edited in it outlives the prompt's arrival.
  if (!asks || conversation === null) {
    return (
      <>
        <p class="soft tab-text">
          {asks
            ? candidate?.origin.kind === "hand"
              ? "A person wrote this one; nothing was asked."
              : "This candidate's prompt is not here yet."
            : `${follower.state.value.start?.designer.description ?? "This designer"}: nothing is asked, so there is no prompt. A language model would be told what the packs below say.`}
        </p>
        <PackPanel key="packs" follower={follower} />
      </>
    );
  }
  const edited = conversation.files.filter(({ shipped }) => !shipped);
  return (
    <>
      <p class="tab-head">
        <b class="number">{conversation.tokens} tokens</b>
        <span class="soft">
          {plural(conversation.files.length, "prompt file")}
          {edited.length > 0 ? ", edited: " : ", all as shipped"}
        </span>
        {edited.map(({ name }) => (
          <span class="chip edited" key={name}>
            {name}
          </span>
        ))}
      </p>
      <Blocks messages={conversation.messages} />
      <PackPanel key="packs" follower={follower} />
    </>
  );
}
