import { createNotifications, serverPush } from '@tidings/client/notifications';
import { type FormEvent, useEffect, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { createCall } from '../call.ts';
import type { KitPageProps } from '../kit-page.ts';
import { INBOX_TEXTS } from './texts.ts';

interface Contact {
  readonly email?: string;
}

interface Preferences {
  readonly digest?: 'off' | 'hourly' | 'daily';
  readonly quietHours?: { readonly from: string; readonly to: string } | null;
  readonly categories?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** What a kit tells of: by category, as its visitor calls it. */
export type CategoryNames = Readonly<Record<string, string>>;

const WAYS = ['push', 'email'] as const;

/** The name of a checkbox. */
const boxOf = (category: string, way: string) => `${way} ${category}`;

interface Mail {
  readonly id: string;
  readonly subject: string;
  readonly to: string;
}

export interface InboxSettingsProps {
  readonly page: KitPageProps;
  readonly categories: CategoryNames;
}

/** How the visitor is told what they do not see here: of what, by which ways and when. */
export function InboxSettings({ page, categories }: InboxSettingsProps) {
  const { user, token, language, problemText } = page;
  const t = INBOX_TEXTS[language];
  const id = useId();
  const call = useMemo(() => createCall(token), [token]);
  const [contact, setContact] = useState<Contact>();
  const [preferences, setPreferences] = useState<Preferences>();
  const [mails, setMails] = useState<readonly Mail[]>([]);
  const [told, setTold] = useState('');
  const contactPath = `/users/${encodeURIComponent(user)}/contact`;

  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const failed = (error: unknown) => {
      if (!signal.aborted) setTold(problemText(error));
    };
    call<Contact>(contactPath, { signal }).then(setContact).catch(failed);
    call<Preferences>('/notifications/preferences', { signal }).then(setPreferences).catch(failed);
    // Where mail goes out for real, there is no such list.
    call<{ mails: readonly Mail[] }>('/development/mail', { signal })
      .then((answer) => setMails(answer.mails))
      .catch(() => {});
    return () => ending.abort();
  }, [call, contactPath, problemText]);

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '');
    const [from, to, email] = [text('from'), text('to'), text('email').trim()];
    setTold('');
    try {
      if (email !== (contact?.email ?? ''))
        setContact(await call(contactPath, { method: 'PUT', body: { email: email || null } }));
      const wanted = {
        ...preferences,
        digest: text('digest'),
        quietHours: from && to ? { from, to } : null,
        categories: { ...preferences?.categories, ...chosen(categories, preferences, fields) },
      };
      setPreferences(await call('/notifications/preferences', { method: 'PUT', body: wanted }));
      setTold(t.saved);
    } catch (error) {
      setTold(problemText(error));
    }
  };

  if (!contact || !preferences) return <p role="status">{told}</p>;
  return (
    <form className="inbox-settings" onSubmit={(event) => void save(event)}>
      <Push token={token} texts={t} onError={(error) => setTold(problemText(error))} />
      <label htmlFor={`${id}-email`}>{t.email}</label>
      <input
        id={`${id}-email`}
        name="email"
        type="email"
        autoComplete="email"
        defaultValue={contact.email}
        aria-describedby={`${id}-hint`}
      />
      <p id={`${id}-hint`}>{t.emailHint}</p>
      <table>
        <caption className="unseen">{t.settings}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{t.ways.push}</th>
            <th scope="col">{t.ways.email}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(categories).map(([category, name]) => (
            <tr key={category}>
              <th scope="row">{name}</th>
              {WAYS.map((way) => (
                <td key={way}>
                  <input
                    type="checkbox"
                    name={boxOf(category, way)}
                    defaultChecked={preferences.categories?.[category]?.[way] ?? true}
                    aria-label={`${name}: ${t.ways[way]}`}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <label htmlFor={`${id}-digest`}>{t.digest}</label>
      <select id={`${id}-digest`} name="digest" defaultValue={preferences.digest ?? 'off'}>
        {(['off', 'hourly', 'daily'] as const).map((each) => (
          <option key={each} value={each}>
            {t.digests[each]}
          </option>
        ))}
      </select>
      <fieldset>
        <legend>{t.quiet}</legend>
        <label>
          {t.from} <input name="from" type="time" defaultValue={preferences.quietHours?.from} />
        </label>
        <label>
          {t.to} <input name="to" type="time" defaultValue={preferences.quietHours?.to} />
        </label>
      </fieldset>
      <div className="inbox-save">
        <button type="submit" className="primary">
          {t.save}
        </button>
        <span role="status">{told}</span>
      </div>
      {mails.length === 0 ? null : (
        <div>
          <h3>{t.mails}</h3>
          <ul>
            {mails.slice(0, SHOWN_MAILS).map((mail) => (
              <li key={mail.id}>
                <a href={`/api/v1/development/mail/${mail.id}/html`} target="_blank" rel="noreferrer">
                  {mail.subject}
                </a>{' '}
                {mail.to}
              </li>
            ))}
          </ul>
        </div>
      )}
    </form>
  );
}

/** What was chosen for each category; what is not asked here stays as it was. */
function chosen(
  categories: CategoryNames,
  before: Preferences | undefined,
  fields: FormData,
): NonNullable<Preferences['categories']> {
  return Object.fromEntries(
    Object.keys(categories).map((category) => [
      category,
      {
        ...before?.categories?.[category],
        ...Object.fromEntries(WAYS.map((way) => [way, fields.has(boxOf(category, way))])),
      },
    ]),
  );
}

/** Mails listed at once. */
const SHOWN_MAILS = 10;

interface PushProps {
  readonly token: string;
  readonly texts: (typeof INBOX_TEXTS)['en'];
  readonly onError: (error: unknown) => void;
}

/** Web Push on this device; nothing where the browser has none. */
function Push({ token, texts, onError }: PushProps) {
  const notifications = useMemo(() => createNotifications(serverPush({ token })), [token]);
  const { subscribe, getSnapshot } = notifications.permission;
  const permission = useSyncExternalStore(subscribe, getSnapshot);
  const [on, setOn] = useState(false);
  useEffect(() => {
    if (permission !== 'granted') return;
    void navigator.serviceWorker
      .getRegistration()
      .then((registration) => registration?.pushManager.getSubscription())
      .then((subscription) => setOn(subscription !== null && subscription !== undefined));
  }, [permission]);
  if (permission === 'unsupported') return null;
  const toggle = () =>
    (on ? notifications.disable() : notifications.enable()).then(() => setOn(!on), onError);
  return (
    <div className="inbox-push">
      <span>{texts.push}</span>
      <button type="button" onClick={() => void toggle()}>
        {on ? texts.pushOff : texts.pushOn}
      </button>
    </div>
  );
}
