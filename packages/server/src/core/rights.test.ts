import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from './identity.ts';
import { resolveNamespace } from './namespace.ts';
import { Namespaces } from './namespaces.ts';
import { hasRight, requireRight } from './rights.ts';
import { someone } from './testing/test-core.ts';

const namespaces = new Namespaces();
for (const rule of ['anyone', 'users', 'owner', 'granted', 'nobody'] as const)
  namespaces.add(resolveNamespace(rule, { rights: { subscribe: rule } }));

const granted = (pattern: string) => someone('alice', { grants: [{ pattern, rights: ['subscribe'] }] });

describe('a grant', () => {
  it.each([
    ['granted:1', 'granted:1', true],
    ['granted:1', 'granted:12', false],
    ['granted:*', 'granted:12', true],
    ['*', 'granted:12', true],
    ['*:1*', 'granted:12', true],
    ['granted:*:b', 'granted:a:b', true],
    ['granted:*:b', 'granted::b', true],
    ['granted:a*a', 'granted:a', false],
    ['granted:a*a', 'granted:aa', true],
    ['granted:*a*b*', 'granted:xaybz', true],
    ['granted:*a*b*', 'granted:xbya', false],
    ['granted:**', 'granted:x', true],
    ['granted:.*', 'granted:x', false],
    ['other:*', 'granted:x', false],
    ['granted:*', 'granted:*', true],
  ])('of %s for %s: %s', (pattern, channel, expected) => {
    expect(hasRight(granted(pattern), 'subscribe', namespaces.resolve(channel))).toBe(expected);
  });

  it('of very many stars is answered at all', () => {
    const channel = namespaces.resolve(`granted:${'a'.repeat(150)}`);
    expect(hasRight(granted(`granted:${'*a'.repeat(90)}*b`), 'subscribe', channel)).toBe(false);
  });

  it('counts for its right alone', () => {
    expect(hasRight(granted('granted:*'), 'publish', namespaces.resolve('granted:1'))).toBe(false);
  });
});

describe('a rule', () => {
  it.each([
    ['anyone', true, true, true],
    ['users', false, true, true],
    ['owner', false, false, true],
    ['granted', false, false, true],
    ['nobody', false, false, false],
  ])('%s: strangers %s, users %s, who has a grant %s', (rule, stranger, user, grant) => {
    const channel = namespaces.resolve(`${rule}:1`);
    expect(hasRight(ANONYMOUS, 'subscribe', channel)).toBe(stranger);
    expect(hasRight(someone('alice'), 'subscribe', channel)).toBe(user);
    expect(hasRight(granted('*'), 'subscribe', channel)).toBe(grant);
  });

  it('owner lets in the user whose channel it is', () => {
    expect(hasRight(someone('7'), 'subscribe', namespaces.resolve('owner:7'))).toBe(true);
    expect(hasRight(someone('7'), 'subscribe', namespaces.resolve('owner:77'))).toBe(false);
  });

  it('tells a stranger to authenticate where that might help', () => {
    const refuse =
      (rule: string, identity = ANONYMOUS) =>
      () =>
        requireRight(identity, 'subscribe', namespaces.resolve(`${rule}:1`));
    expect(refuse('users')).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
    expect(refuse('nobody')).toThrow(expect.objectContaining({ code: 'forbidden' }));
    expect(refuse('owner', someone('alice'))).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});
