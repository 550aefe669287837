/**
 * A call: a connection to each of the others (a mesh), which the server only introduces to one another.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import { SnapshotReader } from '../../../shared/web/snapshot-reader.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type {
  CallEnded,
  CallMember as Caller,
  CallJoined,
  CallMembers,
  CallSignalled,
} from '../../events.ts';

/** Somebody in the call. */
interface CallMember {
  readonly user: string;
  readonly name: string;
  /** What is heard and seen of them; `undefined` until it comes. */
  readonly stream: MediaStream | undefined;
  /** `new` until it is begun. */
  readonly connection: RTCPeerConnectionState;
}

/** How a call stands. */
export interface CallState {
  readonly phase: 'out' | 'joining' | 'in';
  /** The others. */
  readonly members: readonly CallMember[];
  /** What the visitor sends. */
  readonly own: MediaStream | undefined;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly error: unknown;
  /** Why the call has ended without the visitor's doing. */
  readonly ended: CallEnded['reason'] | undefined;
}

/** What {@link CallSignalled} carries: a description or a candidate. */
interface Signal {
  /** Of the sender; another one is another page, which knows nothing of what was said before. */
  readonly session: string;
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit | null;
}

interface Peer {
  readonly connection: RTCPeerConnection;
  /** In a collision of offers the polite one gives way (perfect negotiation). */
  readonly polite: boolean;
  /** Of the other; unknown until it is heard. */
  session: string | undefined;
  stream: MediaStream | undefined;
  makingOffer: boolean;
  ignoring: boolean;
  /** Signals are taken one after the other. */
  work: Promise<void>;
}

const OUT: CallState = {
  phase: 'out',
  members: [],
  own: undefined,
  microphone: true,
  camera: true,
  error: undefined,
  ended: undefined,
};

/** Takes part in the call of a thread, from {@link CallSession.join} until it is left or closed. */
export class CallSession {
  readonly state: Store<CallState>;
  readonly #client: Client;
  readonly #thread: string;
  readonly #user: string;
  readonly #set: (change: Partial<CallState>) => void;
  readonly #peers = new Map<string, Peer>();
  readonly #stops: (() => void)[] = [];
  readonly #members = new SnapshotReader();
  /** Of what was joined last. */
  #session = '';
  #others: readonly Caller[] = [];
  #servers: readonly RTCIceServer[] = [];
  /** What the visitor has begun last; an answer to what was before is late. */
  #turn = 0;

  constructor(client: Client, thread: string, user: string) {
    this.#client = client;
    this.#thread = thread;
    this.#user = user;
    const store = createStore<CallState>(OUT, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
  }

  /** Comes in; what fails stands in the state. */
  async join(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#session = crypto.randomUUID();
    this.#set({ ...OUT, phase: 'joining' });
    let own: MediaStream | undefined;
    try {
      own = await openMedia();
      if (turn !== this.#turn) throw new DOMException('The call was left.', 'AbortError');
      this.#set({ own, camera: own.getVideoTracks().length > 0 });
      this.#listen();
      await this.#enter();
      if (turn === this.#turn) this.#set({ phase: 'in' });
    } catch (error) {
      for (const track of own?.getTracks() ?? []) track.stop();
      if (turn === this.#turn) {
        this.#end();
        this.#set({ error });
      }
    }
  }

  /** Goes out. */
  leave(): void {
    if (this.state.getSnapshot().phase === 'out') return;
    this.#command('call_leave', {}).catch(() => {});
    this.#end();
  }

  /** Mutes the visitor, or no more. */
  setMicrophone(on: boolean): void {
    for (const track of this.state.getSnapshot().own?.getAudioTracks() ?? []) track.enabled = on;
    this.#set({ microphone: on });
  }

  /** Shows the visitor, or no more. */
  setCamera(on: boolean): void {
    for (const track of this.state.getSnapshot().own?.getVideoTracks() ?? []) track.enabled = on;
    this.#set({ camera: on });
  }

  close(): void {
    this.leave();
    this.#turn += 1;
  }

  async #enter(): Promise<void> {
    const { ice_servers, members } = await this.#command<CallJoined>('call_join', {});
    this.#servers = ice_servers as readonly RTCIceServer[];
    this.#meet(members);
    // Who comes calls those who are there; those who come later call.
    for (const { user_id } of this.#others) this.#peerOf(user_id);
    this.#show();
  }

  #listen(): void {
    const channel = this.#client.channel<{ call_members: CallMembers }>(`call:${this.#thread}`);
    const ask = () =>
      this.#members
        .read(() => this.#command<CallMembers>('call_members', {}))
        .then(
          (answer) => answer && this.#meet(answer.members),
          // There is no connection, and there will be an answer with the next one.
          () => {},
        );
    let away = false;
    this.#stops.push(
      channel.on('call_members', ({ members }) => {
        this.#members.hear();
        this.#meet(members);
      }),
      channel.onGap(ask),
      whenLive(this.#client, channel, () => void ask()),
      this.#client.on('direct', ({ event, data }) => {
        const told = data as CallSignalled | CallEnded;
        if (told.thread_id !== this.#thread) return;
        if (event === 'call_signal') this.#heard(told as CallSignalled);
        else if (event === 'call_ended') this.#end('elsewhere');
      }),
      this.#client.status.subscribe(() => {
        const live = this.#client.status.getSnapshot().state === 'connected';
        // A session that has ended has left the call; what is said meanwhile goes on, from browser to browser.
        if (live && away) this.#enter().catch((error: unknown) => this.#set({ error }));
        away = !live;
      }),
    );
  }

  /** Forgets those who have gone; those who have come call. */
  #meet(members: readonly Caller[]): void {
    this.#others = members.filter(({ user_id }) => user_id !== this.#user);
    for (const [user, peer] of this.#peers) {
      if (this.#others.some(({ user_id }) => user_id === user)) continue;
      peer.connection.close();
      this.#peers.delete(user);
    }
    this.#show();
  }

  #peerOf(user: string): Peer {
    const known = this.#peers.get(user);
    if (known) return known;
    const connection = new RTCPeerConnection({ iceServers: [...this.#servers] });
    const peer: Peer = {
      connection,
      polite: this.#user < user,
      session: undefined,
      stream: undefined,
      makingOffer: false,
      ignoring: false,
      work: Promise.resolve(),
    };
    this.#peers.set(user, peer);
    connection.onnegotiationneeded = async () => {
      try {
        peer.makingOffer = true;
        await connection.setLocalDescription();
        this.#describe(user, connection);
      } catch {
        // It was closed meanwhile.
      } finally {
        peer.makingOffer = false;
      }
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) this.#tell(user, { candidate: candidate.toJSON() });
    };
    connection.ontrack = ({ streams: [stream] }) => {
      peer.stream = stream;
      this.#show();
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') connection.restartIce();
      this.#show();
    };
    const { own } = this.state.getSnapshot();
    for (const track of own?.getTracks() ?? []) connection.addTrack(track, own as MediaStream);
    return peer;
  }

  #heard({ from, data }: CallSignalled): void {
    const signal = data as Signal;
    const before = this.#peers.get(from);
    if (before?.session !== undefined && before.session !== signal.session) {
      before.connection.close();
      this.#peers.delete(from);
    }
    const peer = this.#peerOf(from);
    peer.session = signal.session;
    peer.work = peer.work.then(() => this.#take(from, peer, signal)).catch(() => {});
    this.#show();
  }

  /** What the specification of WebRTC calls perfect negotiation. */
  async #take(user: string, peer: Peer, { description, candidate }: Signal): Promise<void> {
    const { connection } = peer;
    if (description) {
      const collision =
        description.type === 'offer' && (peer.makingOffer || connection.signalingState !== 'stable');
      peer.ignoring = !peer.polite && collision;
      if (peer.ignoring) return;
      await connection.setRemoteDescription(description);
      if (description.type !== 'offer') return;
      await connection.setLocalDescription();
      this.#describe(user, connection);
    } else if (candidate) {
      try {
        await connection.addIceCandidate(candidate);
      } catch (error) {
        if (!peer.ignoring) throw error;
      }
    }
  }

  #describe(to: string, { localDescription }: RTCPeerConnection): void {
    if (localDescription) this.#tell(to, { description: localDescription.toJSON() });
  }

  #tell(to: string, signal: Omit<Signal, 'session'>): void {
    this.#command('call_signal', { to, data: { session: this.#session, ...signal } }).catch(() => {});
  }

  #show(): void {
    const members = this.#others.map(({ user_id, username }) => {
      const peer = this.#peers.get(user_id);
      const connection = peer?.connection.connectionState ?? 'new';
      return { user: user_id, name: username, stream: peer?.stream, connection };
    });
    this.#set({ members });
  }

  /** @param reason why it has ended, unless the visitor has */
  #end(reason?: CallEnded['reason']): void {
    this.#turn += 1;
    for (const stop of this.#stops.splice(0)) stop();
    for (const { connection } of this.#peers.values()) connection.close();
    this.#peers.clear();
    this.#others = [];
    for (const track of this.state.getSnapshot().own?.getTracks() ?? []) track.stop();
    this.#set({ ...OUT, ended: reason });
  }

  #command<Result>(name: string, data: object): Promise<Result> {
    return this.#client.command<Result>(name, { thread_id: this.#thread, ...data }, { offline: false });
  }
}

/** The camera and the microphone; the microphone alone where there is no camera. @throws DOMException */
async function openMedia(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError')
      return navigator.mediaDevices.getUserMedia({ audio: true });
    throw error;
  }
}
