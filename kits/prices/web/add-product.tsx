import { type FormEvent, useEffect, useId, useMemo, useState } from 'react';
import { type Call, createCall } from '../../shared/web/call.ts';
import type { KitPageProps } from '../../shared/web/kit-page.ts';
import { Modal } from '../../shared/web/modal.tsx';
import { parseAmount } from '../../shared/web/parse-amount.ts';
import type { Import } from '../events.ts';
import { TEXTS, type Texts } from './texts.ts';

const WAYS = ['byHand', 'byAddress', 'byFile'] as const;

const CURRENCIES = ['TRY', 'UAH', 'RUB', 'USD', 'EUR', 'GBP'] as const;

/** The currency that a visitor of a language most likely pays with. */
const OWN = { en: 'USD', tr: 'TRY', ru: 'RUB', uk: 'UAH' } as const;

export interface AddProductProps {
  readonly page: KitPageProps;
  readonly onClose: () => void;
}

/** Adds products: by hand, by the address of a shop's page, or many from a file. */
export function AddProduct({ page, onClose }: AddProductProps) {
  const { token, language, problemText } = page;
  const t = TEXTS[language];
  const heading = useId();
  const call = useMemo(() => createCall(token), [token]);
  const [way, setWay] = useState<(typeof WAYS)[number]>('byHand');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [running, setRunning] = useState<Import>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setProblem('');
    setBusy(true);
    try {
      const started = await send(call, way, new FormData(event.currentTarget), t);
      if (started) setRunning(started);
      else onClose();
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : problemText(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal labelledBy={heading} onClose={onClose}>
      <header className="prices-dialog-head">
        <h2 id={heading}>{t.add}</h2>
        <button type="button" onClick={onClose} aria-label={t.close}>
          ✕
        </button>
      </header>
      <fieldset className="prices-filter">
        <legend className="unseen">{t.add}</legend>
        {WAYS.map((each) => (
          <label key={each}>
            <input type="radio" name="prices-way" checked={way === each} onChange={() => setWay(each)} />
            {t[each]}
          </label>
        ))}
      </fieldset>
      <form className="prices-form" onSubmit={(event) => void submit(event)}>
        <Fields way={way} t={t} currency={OWN[language]} />
        <p className="prices-problem" role="alert">
          {problem}
        </p>
        <div className="prices-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.add}
          </button>
        </div>
      </form>
      {running ? <Progress page={page} started={running} /> : null}
    </Modal>
  );
}

/** What was typed cannot be sent. */
class Refused extends Error {}

/** @returns an import that has begun. @throws CallError @throws Refused */
async function send(
  call: Call,
  way: (typeof WAYS)[number],
  fields: FormData,
  t: Texts,
): Promise<Import | undefined> {
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const currency = text('currency');
  switch (way) {
    case 'byHand': {
      const amount = parseAmount(text('price'), currency);
      if (amount === undefined) throw new Refused(t.badPrice);
      const body = { name: text('name'), brand: text('brand') || null, price: { amount, currency } };
      await call('/prices/products', { body, key: crypto.randomUUID() });
      return undefined;
    }
    case 'byAddress':
      await call('/prices/shops', { body: { url: text('url') } });
      return undefined;
    case 'byFile': {
      const file = fields.get('file') as File;
      const type = /\.(jsonl|ndjson)$/i.test(file.name) ? 'application/x-ndjson' : 'text/csv';
      const query = new URLSearchParams({ currency });
      return call<Import>(`/prices/imports?${query}`, { body: new Blob([file], { type }) });
    }
  }
}

interface FieldsProps {
  readonly way: (typeof WAYS)[number];
  readonly t: Texts;
  readonly currency: string;
}

function Fields({ way, t, currency }: FieldsProps) {
  const id = useId();
  const currencies = (
    <>
      <label htmlFor={`${id}-currency`}>{t.currency}</label>
      <select id={`${id}-currency`} name="currency" defaultValue={currency}>
        {CURRENCIES.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </>
  );
  switch (way) {
    case 'byHand':
      return (
        <>
          <label htmlFor={`${id}-name`}>{t.name}</label>
          <input id={`${id}-name`} name="name" required maxLength={150} autoComplete="off" />
          <label htmlFor={`${id}-brand`}>{t.brand}</label>
          <input id={`${id}-brand`} name="brand" maxLength={100} autoComplete="off" />
          <label htmlFor={`${id}-price`}>{t.price}</label>
          <input id={`${id}-price`} name="price" required inputMode="decimal" autoComplete="off" />
          {currencies}
        </>
      );
    case 'byAddress':
      return (
        <>
          <label htmlFor={`${id}-url`}>{t.address}</label>
          <input id={`${id}-url`} name="url" type="url" required placeholder="https://" />
          <p className="prices-hint">{t.addressHint}</p>
        </>
      );
    case 'byFile':
      return (
        <>
          <label htmlFor={`${id}-file`}>{t.file}</label>
          <input id={`${id}-file`} name="file" type="file" required accept=".csv,.jsonl,.ndjson,text/csv" />
          <p className="prices-hint">{t.fileHint}</p>
          {currencies}
        </>
      );
  }
}

/** Refused rows that are listed. */
const SHOWN_FAULTS = 20;

/** How far an import is, by its events. */
function Progress({ page, started }: { readonly page: KitPageProps; readonly started: Import }) {
  const { client, language } = page;
  const t = TEXTS[language];
  const [now, setNow] = useState(started);
  useEffect(() => {
    const channel = client.channel<{ import_progress: Import }>(started.channel, { last: 1 });
    return channel.on('import_progress', setNow);
  }, [client, started]);
  return (
    <section className="prices-import" data-state={now.state} role="status">
      <p>
        {t.imported(now.rows, now.refused)} {now.error}
      </p>
      <ul>
        {now.faults.slice(0, SHOWN_FAULTS).map(({ line, message }) => (
          <li key={line}>
            {t.line(line)}: {message}
          </li>
        ))}
      </ul>
    </section>
  );
}
