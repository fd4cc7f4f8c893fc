/** Code that is read: the editor comes when it is first needed. */
import { useEffect, useRef } from "preact/hooks";
import type { Check } from "../../../../src/view/data/answers.js";
import type { LineMark } from "./code-view.js";

interface CodeHostProps {
  readonly text: string;
  readonly against: string | null;
  readonly marks: readonly LineMark[];
  readonly issues: Check["issues"];
}

export function CodeHost({ text, against, marks, issues }: CodeHostProps) {
  const host = useRef<HTMLDivElement>(null);
  const drawn = JSON.stringify([marks, issues]);
  useEffect(() => {
    let close = () => {};
    let wanted = true;
    void import("./code-view.js").then(({ openCodeView }) => {
      if (!wanted || !host.current) return;
      const options = { host: host.current, text, against, marks, editable: false };
      close = openCodeView({ ...options, issues: issues as never }).close;
    });
    return () => {
      wanted = false;
      close();
    };
  }, [text, against, drawn]);
  return <div class="code-host" ref={host} />;
}
