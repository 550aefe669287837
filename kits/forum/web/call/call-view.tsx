import { useEffect, useRef } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { useLive } from '../../../shared/web/use-live.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { type Forum, problemOf } from '../forum.ts';
import './call.css';
import { CallSession } from './call-session.ts';

export interface CallViewProps {
  readonly forum: Forum;
  /** The thread. */
  readonly id: string;
}

/** The call of a thread: whoever is in is seen and heard. */
export function CallView({ forum, id }: CallViewProps) {
  const { client, user } = forum.page;
  const session = useMade(() => new CallSession(client, id, user), [client, id, user]);
  if (!session) return null;
  return <InCall forum={forum} session={session} />;
}

function InCall({ forum, session }: { readonly forum: Forum; readonly session: CallSession }) {
  const { t, page } = forum;
  const { phase, members, own, microphone, camera, error, ended } = useValue(session.state);
  const live = useLive();
  if (phase === 'out')
    return (
      <div className="forum-none forum-call-door">
        <p>{ended === undefined ? t.callLead : t.callElsewhere}</p>
        <p className="forum-problem" role="alert">
          {error === undefined ? null : callProblem(forum, error)}
        </p>
        <button type="button" className="primary" disabled={!live} onClick={() => void session.join()}>
          {t.joinCall}
        </button>
      </div>
    );
  return (
    <div className="forum-call" aria-busy={phase === 'joining'}>
      <ul className="forum-tiles">
        <Tile
          id={page.user}
          name={`${page.name} (${t.you})`}
          stream={own}
          muted
          video={camera}
          note={microphone ? '' : t.muted}
        />
        {members.map(({ user, name, stream, connection }) => (
          <Tile
            key={user}
            id={user}
            name={name}
            stream={stream}
            video={true}
            note={connection === 'connected' ? '' : t.connecting}
          />
        ))}
      </ul>
      {members.length === 0 && phase === 'in' ? <p className="forum-hint">{t.aloneInCall}</p> : null}
      <p className="forum-problem" role="alert">
        {error === undefined ? null : callProblem(forum, error)}
      </p>
      <div className="forum-actions">
        <button type="button" aria-pressed={!microphone} onClick={() => session.setMicrophone(!microphone)}>
          {microphone ? t.mute : t.unmute}
        </button>
        <button type="button" aria-pressed={!camera} onClick={() => session.setCamera(!camera)}>
          {camera ? t.cameraOff : t.cameraOn}
        </button>
        <button type="button" className="danger" onClick={() => session.leave()}>
          {t.leaveCall}
        </button>
      </div>
    </div>
  );
}

interface TileProps {
  readonly id: string;
  readonly name: string;
  readonly stream: MediaStream | undefined;
  /** One does not hear oneself. */
  readonly muted?: boolean;
  readonly video: boolean;
  readonly note: string;
}

function Tile({ id, name, stream, muted = false, video, note }: TileProps) {
  const screen = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (screen.current) screen.current.srcObject = stream ?? null;
  }, [stream]);
  const seen = video && stream !== undefined && stream.getVideoTracks().length > 0;
  return (
    <li className="forum-tile" data-user={id} data-seen={seen}>
      <video ref={screen} autoPlay playsInline muted={muted} aria-label={name} hidden={!seen} />
      {seen ? null : <Avatar id={id} name={name} />}
      <p>
        {name}
        {note === '' ? null : <span> · {note}</span>}
      </p>
    </li>
  );
}

/** Who refuses is the browser's user, or the machine. */
function callProblem(forum: Forum, error: unknown): string {
  if (!(error instanceof DOMException)) return problemOf(forum, error);
  return error.name === 'NotAllowedError' ? forum.t.mediaDenied : forum.t.mediaMissing;
}
