/**
 * A kit that dies when it is told to: a notification is told, or it never was.
 *
 * @module
 */
import { defineCommand, defineKit, Type } from '@tidings/server/kit';

/** Dies after so many turns of the event loop. */
function dieAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, 'SIGKILL');
  else setImmediate(() => dieAfter(turns - 1));
}

export default defineKit({
  name: 'herald',
  commands: (tidings) => [
    defineCommand({
      name: 'tell',
      summary: 'Tells Alice something, and dies before or after the commit.',
      data: Type.Object({
        title: Type.String(),
        die: Type.Optional(Type.Union([Type.Literal('before'), Type.Integer({ minimum: 0 })])),
      }),
      async handle({ title, die }) {
        const told = await tidings.transaction(async ({ notify }) => {
          const told = await notify('alice', { texts: { en: { title, body: '' } } });
          if (die === 'before') dieAfter(0);
          return told;
        });
        if (typeof die === 'number') dieAfter(die);
        return told;
      },
    }),
  ],
});
