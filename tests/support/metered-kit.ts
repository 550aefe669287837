import { Counter, defineKit } from '../../packages/server/src/kit.ts';

/** A kit that counts three cups. */
export default defineKit({
  name: 'metered',
  onStart({ metrics }) {
    new Counter({ name: 'metered_cups_total', help: 'Cups.', registers: [metrics] }).inc(3);
  },
});
