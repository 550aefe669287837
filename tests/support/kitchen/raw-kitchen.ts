import { Inbox } from '../inbox.ts';
import { type ConnectOptions, NativeClient } from '../native-client.ts';

/** What the raw WebSocket of the kitchen says. */
export interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How to connect. */
export interface RawOptions extends Omit<ConnectOptions, 'path'> {
  /** What stands after the path. */
  readonly query?: string;
}

/** A client of the kitchen's raw WebSocket that answers no heartbeat. */
export class RawKitchen {
  readonly client: NativeClient;
  /** Everything but heartbeats. */
  readonly told = new Inbox<Told>('the kitchen');
  readonly heartbeats = new Inbox<Told>('heartbeats');

  private constructor(client: NativeClient) {
    this.client = client;
    const sort = (told: Told) => (told.type === 'Heartbeat' ? this.heartbeats : this.told).push(told);
    for (const message of client.messages.all) sort(message as unknown as Told);
    client.ws.on('message', (data) => sort(JSON.parse(data.toString())));
  }

  /** Connects. */
  static async connect(url: string, { query = '', ...options }: RawOptions = {}): Promise<RawKitchen> {
    const path = `/api/v1/realtime/ws${query}`;
    return new RawKitchen(await NativeClient.connect(url, { ...options, path }));
  }

  /** Connects, and waits for the first heartbeat: from then on it hears what is for it. */
  static async open(url: string, options: RawOptions = {}): Promise<RawKitchen> {
    const kitchen = await RawKitchen.connect(url, options);
    await kitchen.heartbeats.take();
    return kitchen;
  }

  say(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.client.send({ type, ...fields });
  }

  /** Takes the next of a type. */
  async take(type: string, match: (data: Told['data']) => boolean = () => true): Promise<Told['data']> {
    return (await this.told.take((told) => told.type === type && match(told.data))).data;
  }

  /** Subscribes, and gives the answer. */
  subscribe(...channels: readonly string[]): Promise<Told['data']> {
    this.say('Subscribe', { channels });
    return this.take('Subscribed');
  }
}
