import { useRef, useState } from 'react';

/** How a form stands, and how it is sent. */
export interface Submit {
  readonly busy: boolean;
  /** Why it was not taken, in the visitor's words; empty when nothing is wrong. */
  readonly problem: string;
  /** Say that the form has changed: what is sent next is another thing than before. */
  readonly changed: () => void;
  /** Sends it. @param send is given a key, the same until it has got there, so that trying again has one effect. @returns whether it was taken, and says nothing else by now */
  readonly submit: (send: (key: string) => Promise<unknown>) => Promise<boolean>;
}

/** Sends what a form says, once however often it is tried. @param problemOf an error in the visitor's words */
export function useSubmit(problemOf: (error: unknown) => string): Submit {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const key = useRef<string>(undefined);
  return {
    busy,
    problem,
    changed() {
      key.current = undefined;
    },
    async submit(send) {
      if (busy) return false;
      setBusy(true);
      setProblem('');
      key.current ??= crypto.randomUUID();
      const sent = key.current;
      try {
        await send(sent);
        if (key.current !== sent) return false;
        key.current = undefined;
        return true;
      } catch (error) {
        setProblem(problemOf(error));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
