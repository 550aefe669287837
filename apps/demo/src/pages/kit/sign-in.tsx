import { type FormEvent, useId, useState } from 'react';
import { problemText } from '../../i18n/problem-text.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { signIn, signInByToken } from '../../shell/visitor.ts';

/** Some whom one may be. */
const SOMEBODY = ['Ayşe', 'Олена', 'Ирина', 'Sam'];

/** Asks who the visitor is: by a name in development, else by a token. */
export function SignIn() {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const [byToken, setByToken] = useState(false);
  const id = useId();

  const enter = async (as: string) => {
    setProblem('');
    try {
      await signIn(as);
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      // The server signs nobody in: it is not in development.
      if (code === 'not_found') setByToken(true);
      else setProblem(problemText({ code, message }, t));
    }
  };
  const byName = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') void enter(name);
  };
  const withToken = (event: FormEvent) => {
    event.preventDefault();
    if (!signInByToken(token.trim())) setProblem(t.signIn.badToken);
  };

  return (
    <div className="sign-in">
      <h1>{t.signIn.title}</h1>
      {byToken ? (
        <form onSubmit={withToken}>
          <p>{t.signIn.tokenLead}</p>
          <pre>
            <code>npx tidings token alice</code>
          </pre>
          <label htmlFor={`${id}-token`}>{t.signIn.token}</label>
          <input
            id={`${id}-token`}
            className="mono"
            value={token}
            onChange={({ target }) => setToken(target.value)}
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}-problem`}
          />
          <button type="submit" className="primary">
            {t.signIn.enter}
          </button>
        </form>
      ) : (
        <form onSubmit={byName}>
          <p>{t.signIn.lead}</p>
          <label htmlFor={`${id}-name`}>{t.signIn.name}</label>
          <div className="sign-in-name">
            <input
              id={`${id}-name`}
              value={name}
              maxLength={64}
              onChange={({ target }) => setName(target.value)}
              autoComplete="off"
              aria-describedby={`${id}-problem`}
            />
            <button type="submit" className="primary">
              {t.signIn.enter}
            </button>
          </div>
          <div className="sign-in-somebody">
            {SOMEBODY.map((each) => (
              <button key={each} type="button" onClick={() => void enter(each)}>
                {each}
              </button>
            ))}
          </div>
          <button type="button" className="sign-in-other" onClick={() => setByToken(true)}>
            {t.signIn.byToken}
          </button>
        </form>
      )}
      <p id={`${id}-problem`} className="sign-in-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}
