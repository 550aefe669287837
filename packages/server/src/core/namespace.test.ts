import { describe, expect, test } from 'vitest';
import { type NamespaceOptions, resolveNamespace } from './namespace.ts';

const DAY = 24 * 60 * 60 * 1000;

test('the defaults are those that are written down', () => {
  expect(resolveNamespace('chat', {})).toEqual({
    name: 'chat',
    history: { durable: false, size: 100, ttl: DAY, keyWindow: 5 * 60 * 1000 },
    presence: false,
    typing: false,
    overflow: 'disconnect',
    rights: {
      subscribe: 'granted',
      publish: 'granted',
      history: 'granted',
      presence: 'granted',
      typing: 'granted',
    },
    events: undefined,
  });
  expect(resolveNamespace('chat', { durable: true }).history).toMatchObject({
    durable: true,
    keyWindow: DAY,
  });
});

test('history, presence and typing follow subscribe; publish does not', () => {
  const { rights } = resolveNamespace('chat', { rights: { subscribe: 'anyone', typing: 'users' } });
  expect(rights).toEqual({
    subscribe: 'anyone',
    publish: 'granted',
    history: 'anyone',
    presence: 'anyone',
    typing: 'users',
  });
});

describe('refuses', () => {
  const cases: [string, string, NamespaceOptions, string][] = [
    ['a bad name', 'Chat', {}, 'the name does not match'],
    ['a name with a line end', 'chat\n', {}, 'the name does not match'],
    ['a size below zero', 'chat', { history: { size: -1 } }, 'history.size must be'],
    ['half an event', 'chat', { history: { size: 1.5 } }, 'history.size must be'],
    ['too much', 'chat', { history: { size: 100_001 } }, 'history.size must be'],
    ['a size that is no number', 'chat', { history: { size: Number.NaN } }, 'history.size must be'],
    ['no time', 'chat', { history: { ttl: 0 } }, 'history.ttl must be'],
    ['a time that is none', 'chat', { history: { ttl: Number.NaN } }, 'history.ttl must be'],
    ['a window below zero', 'chat', { keyWindow: -1 }, 'keyWindow must be'],
    [
      'durable without history',
      'chat',
      { durable: true, overflow: 'conflate', history: { size: 0 } },
      'durable with history.size 0',
    ],
    ['resuming without history', 'chat', { history: { size: 0 } }, 'overflow "disconnect"'],
  ];
  test.each(cases)('%s', (_, name, options, fault) => {
    expect(() => resolveNamespace(name, options)).toThrow(fault);
  });

  test('all faults at once', () => {
    const resolve = () =>
      resolveNamespace('Chat', { history: { size: 0, ttl: 0 }, durable: true, keyWindow: -1 });
    expect(resolve).toThrow(/name does not match.*ttl.*keyWindow.*durable with.*overflow/s);
  });
});

test('no history is allowed where nobody is promised to resume', () => {
  for (const overflow of ['drop-oldest', 'conflate'] as const)
    expect(resolveNamespace('chat', { overflow, history: { size: 0 } }).history.size).toBe(0);
});
