import { type FormEvent, useId, useState } from 'react';
import type { LiveSession } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';
import { Snippet } from './snippet.tsx';
import { tokenCommand } from './snippets.ts';

/** Refusals that a token, or a better one, would mend. */
const MENDED_BY_TOKEN = [
  'forbidden',
  'unauthenticated',
  'invalid_token',
  'token_expired',
  'token_revoked',
] as const;

/** Exists on every server. */
const OTHER_CHANNEL = 'public:demo';

export interface TokenBoxProps {
  readonly session: LiveSession;
  /** What the server refused with, last. */
  readonly codes: ReadonlySet<string | undefined>;
}

/** Opens by itself when a token would help; says so when another channel would. */
export function TokenBox({ session, codes }: TokenBoxProps) {
  const { t } = useI18n();
  const { channel, token } = useStore(session.store);
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const id = useId();
  const refused = MENDED_BY_TOKEN.some((code) => codes.has(code));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pasted = text.trim();
    if (pasted === '') return;
    session.authenticate(pasted);
    setText('');
  };
  if (codes.has('unknown_namespace')) {
    return (
      <p className="notice">
        {t.channel.noNamespace}{' '}
        <button type="button" className="mono" onClick={() => session.follow(OTHER_CHANNEL)}>
          {OTHER_CHANNEL}
        </button>
      </p>
    );
  }
  return (
    <details
      className="token"
      open={opened || refused}
      onToggle={({ currentTarget }) => setOpened(currentTarget.open)}
    >
      <summary>{t.token.title}</summary>
      <p>{refused ? t.token.refused : t.token.lead}</p>
      <Snippet label={t.token.get} text={tokenCommand(channel)} />
      <form onSubmit={submit}>
        <label htmlFor={id}>{t.token.label}</label>
        <div className="joined">
          <input
            id={id}
            className="mono"
            value={text}
            onChange={({ target }) => setText(target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <button type="submit">{t.token.use}</button>
        </div>
      </form>
      {token === undefined ? null : (
        <p>
          {t.token.using}{' '}
          <button type="button" onClick={() => session.authenticate(undefined)}>
            {t.token.forget}
          </button>
        </p>
      )}
    </details>
  );
}
