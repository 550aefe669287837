import { type FormEvent, useId, useState } from 'react';
import { isChannel } from '../../live/check-input.ts';
import type { LiveSession } from '../../live/live-session.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { useStore } from '../../use-store.ts';
import { Field } from './field.tsx';

/** Moves all panes to another channel. */
export function ChannelForm({ session }: { readonly session: LiveSession }) {
  const { t } = useI18n();
  const { channel } = useStore(session.store);
  const [text, setText] = useState(channel);
  const [bad, setBad] = useState(false);
  // Another channel may be chosen elsewhere.
  const [shown, setShown] = useState(channel);
  if (shown !== channel) {
    setShown(channel);
    setText(channel);
    setBad(false);
  }
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    setBad(!isChannel(wanted));
    if (isChannel(wanted)) session.follow(wanted);
  };
  return (
    <form className="channel-form" onSubmit={submit} noValidate>
      <Field id={id} label={t.channel.label} error={bad ? t.channel.bad : undefined}>
        {(described) => (
          <div className="joined">
            <input
              id={id}
              className="mono"
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                if (isChannel(target.value.trim())) setBad(false);
              }}
              maxLength={200}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              {...described}
            />
            <button type="submit">{t.channel.follow}</button>
          </div>
        )}
      </Field>
    </form>
  );
}
