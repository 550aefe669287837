import './support/dom.ts';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { WritePost } from '../../kits/kitchen/web/feed/write-post.tsx';
import { ShopsNearby } from '../../kits/kitchen/web/fridge/shops-nearby.tsx';
import type { Kitchen } from '../../kits/kitchen/web/kitchen.ts';
import { TEXTS } from '../../kits/kitchen/web/texts.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** What a part of the page needs. @param call answers it */
const kitchenOf = (call: (path: string, options?: { body?: unknown }) => Promise<unknown>) =>
  ({
    call,
    t: TEXTS.en,
    page: { user: 'ann', name: 'Ann', language: 'en', client: {}, problemText: String },
  }) as unknown as Kitchen;

it('keeps what is written while a post is on its way', async () => {
  const sent = Promise.withResolvers<void>();
  const posts: string[] = [];
  const kitchen = kitchenOf(async () => undefined);
  const write = (content: string) => {
    posts.push(content);
    return sent.promise;
  };
  render(<WritePost kitchen={kitchen} onWrite={write} />);
  const field = screen.getByLabelText<HTMLTextAreaElement>(TEXTS.en.feed.write);
  fireEvent.change(field, { target: { value: 'One' } });
  await act(async () => fireEvent.submit(field.form as HTMLFormElement));
  fireEvent.change(field, { target: { value: 'Another' } });
  await act(async () => sent.resolve());
  expect(posts).toEqual(['One']);
  expect(field.value).toBe('Another');
});

it('watches nobody who has opted out, however late the answer to the opting in is', async () => {
  const answers: PromiseWithResolvers<void>[] = [];
  const asked: unknown[] = [];
  let watches = 0;
  vi.stubGlobal('navigator', {
    permissions: { query: async () => ({ state: 'granted' }) },
    geolocation: {
      watchPosition() {
        watches += 1;
        return 1;
      },
      clearWatch() {
        watches -= 1;
      },
    },
  });
  const kitchen = kitchenOf(async (_, options) => {
    if (!options) return { enabled: false };
    asked.push(options.body);
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    return answer.promise;
  });
  await act(async () => void render(<ShopsNearby kitchen={kitchen} />));
  const box = screen.getByRole<HTMLInputElement>('checkbox');
  await act(async () => fireEvent.click(box));
  await act(async () => fireEvent.click(box));
  // The server must not be told of the later choice first.
  expect(asked).toEqual([{ enabled: true }]);
  await act(async () => answers[0]?.resolve());
  expect(watches).toBe(0);
  await act(async () => answers[1]?.resolve());
  expect(asked).toEqual([{ enabled: true }, { enabled: false }]);
  expect([box.checked, watches]).toEqual([false, 0]);
});
