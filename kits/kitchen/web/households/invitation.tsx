import { useState } from 'react';
import { goTo } from '../../../shared/web/go-to.ts';
import { addressOf } from '../address-of.ts';
import { attempt, type Kitchen } from '../kitchen.ts';
import type { Households } from './households.ts';

export interface InvitationProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  readonly code: string;
}

/** Asks whether to accept the invitation that the page was opened with. */
export function Invitation({ kitchen, households, code }: InvitationProps) {
  const { t } = kitchen;
  const [busy, setBusy] = useState(false);
  const join = async () => {
    setBusy(true);
    const joined = await attempt(kitchen, async () => {
      const { id } = await households.join(code);
      goTo(addressOf({ tab: 'menu', household: id }));
    });
    if (!joined) setBusy(false);
  };
  return (
    <section className="kitchen-invitation" aria-label={t.households.invited}>
      <p>{t.households.invited}</p>
      <button type="button" className="primary" disabled={busy} onClick={() => void join()}>
        {t.households.join}
      </button>
      <button type="button" onClick={() => goTo(addressOf({ tab: 'menu' }))}>
        {t.households.notNow}
      </button>
    </section>
  );
}
