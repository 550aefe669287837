import { expect, it } from 'vitest';
import { nameOf } from './callers.ts';
import { notificationOf } from './notifications.ts';

/** A text in which every odd number of characters ends in the middle of one. */
const FACES = '😀'.repeat(3000);

it('cuts no character in two', () => {
  for (const shift of ['', 'x']) {
    const texts = [
      notificationOf('NewComment', {
        post_id: '1',
        comment_id: '2',
        author_name: shift + FACES,
        content: shift + FACES,
      }).values,
      notificationOf('SystemNotification', { title: 't', message: shift + FACES }).texts,
      nameOf({ claims: { name: shift + FACES } } as never, 'ann'),
    ];
    expect(JSON.stringify(texts)).not.toMatch(/\\ud|\ufffd/);
  }
});
