import { defaultKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { useEffect, useRef, useState } from 'react';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { timeText } from '../../../shared/web/time-text.ts';
import { useLive } from '../../../shared/web/use-live.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import type { DocVersion } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import './document.css';
import { SharedDocument } from './shared-document.ts';

export interface DocumentViewProps {
  readonly forum: Forum;
  /** The thread. */
  readonly id: string;
}

/** Colours of cursors that can be told apart on light and on dark. */
const COLORS = ['#0b7285', '#b5531c', '#7048a8', '#2b7a3d', '#b02a5b', '#3b5bb5'];

/** The document that all in a thread write together. */
export function DocumentView({ forum, id }: DocumentViewProps) {
  const { client, user, name } = forum.page;
  const shared = useMade(
    () => new SharedDocument(client, id, { name, color: colorOf(user) }),
    [client, id, user, name],
  );
  if (!shared) return null;
  return <Document forum={forum} id={id} shared={shared} />;
}

function Document({ forum, id, shared }: DocumentViewProps & { readonly shared: SharedDocument }) {
  const { t } = forum;
  const { loaded, writable, unsaved, error } = useValue(shared.state);
  const live = useLive();
  const told = () => {
    if (error !== undefined && live) return problemOf(forum, error);
    if (!loaded) return t.loading;
    if (unsaved) return live ? t.saving : t.savedLater;
    return writable ? t.saved : t.readOnly;
  };
  return (
    <div className="forum-document">
      <p className="forum-hint" role="status" data-unsaved={unsaved}>
        {told()}
      </p>
      {loaded || unsaved ? <Editor forum={forum} shared={shared} writable={writable || !loaded} /> : null}
      {loaded ? <Versions forum={forum} id={id} /> : null}
    </div>
  );
}

interface EditorProps {
  readonly forum: Forum;
  readonly shared: SharedDocument;
  readonly writable: boolean;
}

function Editor({ forum: { t }, shared, writable }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: shared.text.toString(),
        extensions: [
          keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
          drawSelection(),
          placeholder(t.documentEmpty),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': t.views.document, dir: 'auto' }),
          EditorState.readOnly.of(!writable),
          yCollab(shared.text, shared.awareness),
        ],
      }),
    });
    return () => view.destroy();
  }, [shared, writable, t]);
  return <div ref={place} className="forum-editor" />;
}

interface Version {
  readonly id: number;
  readonly text: string;
}

function Versions({ forum, id }: DocumentViewProps) {
  const { t, call, page } = forum;
  const [versions, setVersions] = useState<readonly DocVersion[]>();
  const [shown, setShown] = useState<Version>();
  const [problem, setProblem] = useState('');
  const path = `/forum/threads/${encodeURIComponent(id)}/document/versions`;
  const load = () =>
    call<{ readonly versions: readonly DocVersion[] }>(path).then(
      (answer) => setVersions(answer.versions),
      (error: unknown) => setProblem(problemOf(forum, error)),
    );
  const show = (version: number) =>
    call<{ readonly text: string }>(`${path}/${version}`).then(
      ({ text }) => setShown({ id: version, text }),
      (error: unknown) => setProblem(problemOf(forum, error)),
    );
  return (
    <details
      className="forum-versions"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) void load();
      }}
    >
      <summary>{t.versions}</summary>
      <p className="forum-problem" role="alert">
        {problem}
      </p>
      {versions?.length === 0 ? <p className="forum-hint">{t.noVersions}</p> : null}
      <ul>
        {versions?.map((version) => (
          <li key={version.id}>
            <button
              type="button"
              className="forum-quiet"
              aria-expanded={shown?.id === version.id}
              onClick={() => (shown?.id === version.id ? setShown(undefined) : void show(version.id))}
            >
              {timeText(Date.parse(version.timestamp), page.language)}, {version.username}
            </button>
            {shown?.id === version.id ? (
              <pre className="forum-version" dir="auto">
                {shown.text}
              </pre>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}

function colorOf(user: string): string {
  const sum = [...user].reduce((all, letter) => (all * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return COLORS[sum % COLORS.length] ?? '';
}
