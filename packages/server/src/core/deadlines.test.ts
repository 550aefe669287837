import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dated, Deadlines } from './deadlines.ts';

const steps = fc.array(
  fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ remove: fc.nat() }),
    fc.record({ expire: fc.integer({ min: 0, max: 60 }) }),
  ),
  { maxLength: 60 },
);

test('what is late expires once and in order, what was taken out does not', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const deadlines = new Deadlines();
      const all: Dated[] = [];
      let model: Dated[] = [];
      let expired: Dated[] = [];
      let until = 0;
      for (const step of story) {
        if ('add' in step) {
          until += step.add;
          const entry: Dated = {
            until,
            before: undefined,
            after: undefined,
            expire: () => expired.push(entry),
          };
          deadlines.add(entry);
          all.push(entry);
          model.push(entry);
        } else if ('remove' in step) {
          const entry = all[step.remove % all.length];
          if (!entry) continue;
          expect(deadlines.delete(entry)).toBe(model.includes(entry));
          expect([entry.before, entry.after]).toEqual([undefined, undefined]);
          model = model.filter((other) => other !== entry);
        } else {
          expired = [];
          deadlines.expire(step.expire);
          expect(expired).toEqual(model.filter((entry) => entry.until <= step.expire));
          model = model.filter((entry) => entry.until > step.expire);
        }
      }
    }),
  );
});
