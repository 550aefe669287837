import { defineCommand, defineKit, Type } from '@tidings/server/kit';

/** A kit with one command that checks its data and gives it back, as the bare ws server does. */
export default defineKit({
  name: 'echo',
  commands: [
    defineCommand({
      name: 'echo',
      summary: 'Gives its data back.',
      data: Type.Object({
        t: Type.String({ maxLength: 16 }),
        n: Type.String({ maxLength: 8 }),
        product: Type.String({ maxLength: 32 }),
        new_price: Type.String({ maxLength: 16 }),
        text: Type.String({ maxLength: 100 }),
      }),
      handle: (data) => data,
    }),
  ],
});
