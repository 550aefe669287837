import { type FormEvent, useId, useRef, useState } from 'react';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import { type Market, problemOf } from '../market.ts';
import type { Tickets } from './tickets.ts';

export interface OpenTicketProps {
  readonly market: Market;
  readonly tickets: Tickets;
  /** The id of the order that it is about. */
  readonly about: string | undefined;
  /** The visitor has none yet: the form is shown at once. */
  readonly first: boolean;
  readonly onOpened: (id: number) => void;
}

/** Asks the support something new. */
export function OpenTicket({ market, tickets, about, first, onOpened }: OpenTicketProps) {
  const { t } = market;
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [chosen, setChosen] = useState(about !== undefined);
  const { busy, problem, changed, submit } = useSubmit((error) => problemOf(market, error));
  if (!chosen && !first)
    return (
      <button type="button" onClick={() => setChosen(true)}>
        {t.support.open}
      </button>
    );
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const order = Number(about);
    const ticket = {
      subject: text('subject'),
      text: text('text'),
      ...(Number.isSafeInteger(order) && order > 0 ? { order_id: order } : {}),
    };
    let opened: number | undefined;
    const done = await submit(async (key) => {
      opened = (await tickets.open(ticket, key)).ticket_id;
    });
    if (done) {
      form.current?.reset();
      setChosen(false);
    }
    if (opened !== undefined) onOpened(opened);
  };
  return (
    <form
      ref={form}
      className="market-panel market-form"
      aria-label={t.support.open}
      onSubmit={(event) => void onSubmit(event)}
      onChange={changed}
    >
      <h2>{t.support.open}</h2>
      <p className="market-hint">{about === undefined ? t.support.lead : t.support.aboutOrder(about)}</p>
      <label htmlFor={`${id}-subject`}>{t.support.subject}</label>
      <input
        id={`${id}-subject`}
        name="subject"
        required
        pattern=".*\S.*"
        maxLength={200}
        autoComplete="off"
      />
      <label htmlFor={`${id}-text`}>{t.support.text}</label>
      <textarea id={`${id}-text`} name="text" required rows={3} maxLength={4000} />
      <p className="market-problem" role="alert">
        {problem}
      </p>
      <div className="market-actions">
        <button type="submit" className="primary" disabled={busy}>
          {t.support.send}
        </button>
        {first ? null : (
          <button type="button" onClick={() => setChosen(false)}>
            {t.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
