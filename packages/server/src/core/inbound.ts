/**
 * What a session's client sends: read by the session's dialect, paced, run in order, answered.
 *
 * @module
 */
import { disconnect, TidingsError } from '@tidings/protocol';
import { type Dispatch, type Outcome, UnderWay } from './dispatch.ts';
import type { Hub } from './hub.ts';
import type { Answer, InboundState } from './inbound-state.ts';
import { Pace, type Rate } from './pace.ts';
import type { Clock } from './ports/clock.ts';
import type { Command, Incoming, Reply } from './ports/dialect.ts';
import type { Session } from './session.ts';

export interface InboundOptions {
  readonly hub: Hub;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  /** How fast one session may send commands. */
  readonly rate: Rate;
  /** Commands of one session that may be under way at once. */
  readonly inFlight: number;
}

/** So many refused or unreadable messages in a row end a session. */
const MAX_OFFENCES = 100;

/** What a session may do before it has authenticated. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set(['authenticate', 'ping']);

export class Inbound {
  readonly #options: InboundOptions;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** Takes one message as text. */
  receive(session: Session, text: string): void {
    const answer: Answer = (reply) => this.#answer(session, reply);
    let messages: readonly Incoming[];
    try {
      messages = session.wire.dialect.decode(text);
    } catch (error) {
      // A dialect must not throw. One of a kit that does must not end the process.
      answer(this.#options.dispatch.fault({ name: '', data: undefined }, error));
      return;
    }
    // Of one moment, so that a batch is taken up to where it is too much, and nothing after that: its order holds.
    const now = this.#options.clock.now();
    for (const incoming of messages) this.handle(session, incoming, answer, now);
  }

  /** Takes one command, and gives the reply to `answer`. */
  handle(session: Session, incoming: Incoming, answer: Answer, now = this.#options.clock.now()): void {
    if (session.closed) return;
    const state = this.#state(session);
    const wait = state.pace.take(now);
    if ('error' in incoming || wait > 0 || state.running >= this.#options.inFlight) {
      const command = 'error' in incoming ? { name: '', id: incoming.id } : incoming;
      const error =
        'error' in incoming
          ? incoming.error
          : new TidingsError('rate_limited', undefined, { retryAfter: wait || 1000 });
      this.#offend(session, state, error);
      answer(this.#options.dispatch.refuse(command, error));
      return;
    }
    state.offences = 0;
    if (state.waiting) {
      state.running += 1;
      state.waiting.push({ command: incoming, answer });
    } else {
      this.#run(session, state, incoming, answer);
    }
  }

  #run(session: Session, state: InboundState, command: Command, answer: Answer): void {
    if (session.provisional && !OPEN_TO_ALL.has(command.name)) {
      answer(this.#options.dispatch.refuse(command, new TidingsError('unauthenticated')));
      return;
    }
    const recalled = this.#options.dispatch.recall(command, { identity: session.identity, session });
    if (!recalled) {
      this.#execute(session, state, command, answer);
      return;
    }
    // What is sent later waits until it is known whether this one runs, so that the order holds.
    state.running += 1;
    state.waiting = [];
    void recalled.then((known) => {
      const waiting = state.waiting ?? [];
      state.waiting = undefined;
      state.running -= 1;
      if (known) this.#finish(command, known, answer);
      else if (!session.closed) this.#execute(session, state, command, answer);
      // An exclusive command holds them back further.
      const held = state.waiting as InboundState['waiting'];
      state.waiting = [...(held ?? []), ...waiting];
      if (!held) this.#release(session, state);
    });
  }

  #execute(session: Session, state: InboundState, command: Command, answer: Answer): void {
    const outcome = this.#options.dispatch.start(command, { identity: session.identity, session });
    if (!(outcome instanceof UnderWay)) {
      this.#finish(command, outcome, answer);
      return;
    }
    state.running += 1;
    const exclusive = this.#options.dispatch.commands.get(command.name)?.exclusive;
    if (exclusive) state.waiting = [];
    outcome.whenDone((done) => {
      state.running -= 1;
      this.#finish(command, done, answer);
      if (exclusive) this.#release(session, state);
    });
  }

  /** Runs what waited behind an exclusive command, until the next exclusive one. */
  #release(session: Session, state: InboundState): void {
    const waiting = state.waiting ?? [];
    state.waiting = undefined;
    for (const [index, { command, answer }] of waiting.entries()) {
      state.running -= 1;
      if (session.closed) continue;
      this.#run(session, state, command, answer);
      if (state.waiting as InboundState['waiting']) {
        state.waiting = waiting.slice(index + 1);
        return;
      }
    }
  }

  /** Answers, and then does what was to follow. What a handler gave may be no JSON; that is a fault of its own. */
  #finish(command: Command, { reply, after }: Outcome, answer: Answer): void {
    const { dispatch } = this.#options;
    try {
      answer(reply);
    } catch (error) {
      answer(dispatch.fault(command, error));
    }
    for (const callback of after) {
      try {
        callback();
      } catch (error) {
        dispatch.fault(command, error);
      }
    }
  }

  #answer(session: Session, reply: Reply): void {
    const text = session.wire.dialect.encodeReply(reply);
    if (text !== undefined) this.#options.hub.send(session, text);
  }

  #offend(session: Session, state: InboundState, error: TidingsError): void {
    state.offences += 1;
    if (state.offences < MAX_OFFENCES) return;
    this.#options.hub.disconnect(
      session,
      disconnect(error.code === 'rate_limited' ? 'rate_limited' : 'protocol_error'),
    );
  }

  #state(session: Session): InboundState {
    session.inbound ??= { pace: new Pace(this.#options.rate), running: 0, offences: 0, waiting: undefined };
    return session.inbound;
  }
}
