import type { ReactNode } from 'react';

/** What a control needs to be read together with its error. */
interface Described {
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

export interface FieldProps {
  readonly id: string;
  readonly label: string;
  /** What is wrong with it; `undefined` when nothing is. */
  readonly error: string | undefined;
  readonly children: (described: Described) => ReactNode;
}

/** A control with its label and, below, what is wrong with it. */
export function Field({ id, label, error, children }: FieldProps) {
  const errorId = `${id}-error`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ 'aria-invalid': error !== undefined, 'aria-describedby': error ? errorId : undefined })}
      {error ? (
        <p className="field-error" id={errorId} role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}
