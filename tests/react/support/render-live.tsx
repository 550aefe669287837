import { cleanup, configure, type RenderHookResult, renderHook } from '@testing-library/react';
import type { Client } from '@tidings/client';
import { TidingsProvider } from '@tidings/react';
import { type ReactNode, StrictMode } from 'react';
import { onTeardown } from '../../support/teardown.ts';

// As long as other tests wait for something on a busy machine.
configure({ asyncUtilTimeout: 8000 });

/** Everything below hears of this client; mounted twice, as React does in development. */
export function Live({ client, children }: { readonly client: Client; readonly children: ReactNode }) {
  return (
    <StrictMode>
      <TidingsProvider client={client}>{children}</TidingsProvider>
    </StrictMode>
  );
}

/** Renders a hook below a client; it goes with the test. */
export function renderLive<Result, Props>(
  client: Client,
  hook: (props: Props) => Result,
  initialProps?: Props,
): RenderHookResult<Result, Props> {
  onTeardown(cleanup);
  return renderHook<Result, Props>(hook, {
    wrapper: ({ children }) => <Live client={client}>{children}</Live>,
    initialProps: initialProps as Props,
  });
}
