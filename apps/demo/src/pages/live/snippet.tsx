import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../../shell/use-i18n.ts';

const SAID_FOR = 2_000;

/** A command to copy. */
export function Snippet({ label, text }: { readonly label: string; readonly text: string }) {
  const { t } = useI18n();
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without HTTPS a page may not write to the clipboard; then the text is selected for the visitor to copy.
      if (code.current) getSelection()?.selectAllChildren(code.current);
    }
  }
  return (
    <figure className="snippet">
      <figcaption>{label}</figcaption>
      <button type="button" onClick={copy} aria-live="polite">
        {copied ? t.how.copied : t.how.copy}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code ref={code}>{text}</code>
      </pre>
    </figure>
  );
}
