import type { PublishReceipt } from './broker.ts';

/** Writes a receipt as JSON. It is the answer to every publish, and of its texts only the channel has to be escaped. */
export function receiptJson({ channel, offset, epoch, id }: PublishReceipt): string {
  return `{"channel":${JSON.stringify(channel)},"offset":${offset},"epoch":"${epoch}","id":"${id}"}`;
}
