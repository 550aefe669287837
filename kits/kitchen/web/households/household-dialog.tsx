import { type FormEvent, useId, useState } from 'react';
import { toast } from 'sonner';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { Dialog } from '../../../shared/web/dialog.tsx';
import { attempt, type Kitchen } from '../kitchen.ts';
import type { Household, Households } from './households.ts';

const MAX_USER = 128;

export interface HouseholdDialogProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  readonly household: Household;
  readonly onClose: () => void;
}

/** Who is in a household, and how others get in. */
export function HouseholdDialog({ kitchen, households, household, onClose }: HouseholdDialogProps) {
  const { t, page } = kitchen;
  const { id, name, members } = household;
  const owner = members.some((member) => member.owner && member.user_id === page.user);
  return (
    <Dialog title={name} close={t.close} onClose={onClose}>
      <ul className="kitchen-members">
        {members.map((member) => (
          <li key={member.user_id}>
            <Avatar id={member.user_id} name={member.name} />
            <span>
              {member.name}
              {member.user_id === page.user ? ` (${t.you})` : null}
            </span>
            {owner && member.user_id !== page.user ? (
              <button
                type="button"
                className="kitchen-quiet danger"
                aria-label={`${t.households.takeOut}: ${member.name}`}
                onClick={() => void attempt(kitchen, () => households.takeOut(id, member.user_id))}
              >
                {t.households.takeOut}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <Invite kitchen={kitchen} households={households} household={household} />
      <button
        type="button"
        className="danger kitchen-leave"
        onClick={() => {
          if (!confirm(t.households.sureToLeave)) return;
          void attempt(kitchen, async () => {
            await households.takeOut(id, page.user);
            onClose();
          });
        }}
      >
        {t.households.leave}
      </button>
    </Dialog>
  );
}

function Invite({ kitchen, households, household }: Omit<HouseholdDialogProps, 'onClose'>) {
  const { t } = kitchen;
  const id = useId();
  const [user, setUser] = useState('');
  const [code, setCode] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const whom = user.trim() || undefined;
    void attempt(kitchen, async () => {
      const made = await households.invite(household.id, whom);
      setUser('');
      if (whom === undefined) setCode(made);
      else toast.success(t.households.told(whom));
    });
  };
  const link =
    code === undefined ? '' : `${location.origin}/kitchen?${new URLSearchParams({ invitation: code })}`;
  return (
    <>
      <form className="kitchen-form" onSubmit={submit}>
        <label htmlFor={`${id}-user`}>{t.households.invite}</label>
        <div className="kitchen-joined">
          <input
            id={`${id}-user`}
            value={user}
            maxLength={MAX_USER}
            placeholder={t.households.userId}
            autoComplete="off"
            aria-describedby={`${id}-hint`}
            onChange={({ target }) => setUser(target.value)}
          />
          <button type="submit" className="primary">
            {user.trim() === '' ? t.households.makeLink : t.households.tell}
          </button>
        </div>
        <p id={`${id}-hint`} className="kitchen-hint">
          {t.households.inviteHint}
        </p>
      </form>
      {code === undefined ? null : (
        <div className="kitchen-form">
          <label htmlFor={`${id}-link`}>{t.households.link}</label>
          <div className="kitchen-joined">
            <input
              id={`${id}-link`}
              className="mono"
              readOnly
              value={link}
              onFocus={({ target }) => target.select()}
            />
            <button
              type="button"
              onClick={() =>
                void attempt(kitchen, async () => {
                  await navigator.clipboard.writeText(link);
                  toast.success(t.households.copied);
                })
              }
            >
              {t.households.copy}
            </button>
          </div>
          <p className="kitchen-hint">{t.households.linkHint}</p>
        </div>
      )}
    </>
  );
}
