import type { HubObserver } from './hub-observer.ts';

/** Who watches a hub; those who are told of each event by themselves, since they are few and asked for each event. */
export class HubObservers {
  readonly all: HubObserver[] = [];
  readonly published: HubObserver[] = [];
  readonly delivered: HubObserver[] = [];

  add(observer: HubObserver): void {
    this.all.push(observer);
    if (observer.published) this.published.push(observer);
    if (observer.delivered) this.delivered.push(observer);
  }
}
