import { useState } from 'react';
import type { File } from '../../events.ts';
import { attempt, type Forum } from '../forum.ts';
import { sizeText } from './size-text.ts';

export interface FileLinkProps {
  readonly forum: Forum;
  readonly file: File;
}

/** A file of a thread: a press saves it. */
export function FileLink({ forum, file }: FileLinkProps) {
  const { t, page } = forum;
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    await attempt(forum, () => download(file, page.token));
    setBusy(false);
  };
  return (
    <li className="forum-file">
      <button
        type="button"
        disabled={busy}
        aria-label={`${file.name}: ${t.download}`}
        title={t.download}
        onClick={() => void save()}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 1.5h5l3 3v10H4zM9 1.5v3h3" />
        </svg>
        <span>{file.name}</span>
      </button>
      <span className="forum-hint">
        {sizeText(file.size, page.language)} · {file.username}
      </span>
    </li>
  );
}

/** A link cannot bring a token along, so the page fetches the file and hands it to the browser. */
async function download({ url, name }: File, token: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw Object.assign(new Error(`${response.status}`), await response.json());
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
