import { defineCommand, defineKit, TidingsError, Type } from '../../packages/server/src/kit.ts';

/** How often each command ran, by what it was told to count under; of all servers of this process. */
export const counts = new Map<string, number>();

/** Commands that wait for {@link release}, by the same name. */
const gates = new Map<string, () => void>();

/** Lets the `slow-count` that counts under this name end. */
export function release(name: string): void {
  gates.get(name)?.();
}

const data = Type.Object({ name: Type.String(), by: Type.Optional(Type.Integer()) });

function count(name: string, by = 1): { total: number } {
  const total = (counts.get(name) ?? 0) + by;
  counts.set(name, total);
  return { total };
}

/** Commands whose effect can be counted, and a namespace for chat that is durable. */
export default defineKit({
  name: 'counting',
  namespaces: {
    talk: {
      durable: true,
      presence: true,
      typing: true,
      history: { size: 10_000 },
      rights: {
        subscribe: 'anyone',
        publish: 'anyone',
        history: 'anyone',
        presence: 'anyone',
        typing: 'anyone',
      },
    },
  },
  commands: [
    defineCommand({
      name: 'count',
      summary: 'Counts at once.',
      data,
      handle: ({ name, by }) => count(name, by),
    }),
    defineCommand({
      name: 'slow-count',
      summary: 'Counts at once, and answers when the test says.',
      data,
      async handle({ name, by }) {
        const result = count(name, by);
        await new Promise<void>((resolve) => gates.set(name, resolve));
        return result;
      },
    }),
    defineCommand({
      name: 'failing-count',
      summary: 'Counts, and fails.',
      data,
      handle({ name, by }) {
        count(name, by);
        throw new TidingsError('unavailable');
      },
    }),
    defineCommand({
      name: 'peek',
      summary: 'Tells the count; doing it twice is as doing it once.',
      data,
      idempotent: true,
      handle: ({ name }) => count(name, 0),
    }),
  ],
});
