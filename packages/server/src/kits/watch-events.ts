import type { Hub } from '../core/hub.ts';
import type { ChannelEvent } from '../core/ports/event.ts';
import type { Kit, Tidings } from '../kit.ts';

/** Calls a kit's `onPublished` and `onDelivered`. One that fails is told, and holds up no event. */
export function watchEvents<Tables>(kit: Kit<Tables>, tidings: Tidings<Tables>, hub: Hub): void {
  const guarded = (name: string, event: ChannelEvent, call: () => void) => {
    try {
      call();
    } catch (error) {
      tidings.log.error({ err: error, channel: event.channel, event: event.event }, `${name} failed`);
    }
  };
  const published = kit.onPublished?.bind(kit);
  const delivered = kit.onDelivered?.bind(kit);
  if (published)
    hub.observe({ published: (event) => guarded('onPublished', event, () => published(event, tidings)) });
  if (delivered)
    hub.observe({
      delivered: (event, sessions) =>
        guarded('onDelivered', event, () => delivered(event, sessions, tidings)),
    });
}
