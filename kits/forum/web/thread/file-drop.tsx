import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import type { Forum } from '../forum.ts';
import type { Uploads } from './uploads.ts';

export interface FileDropProps {
  readonly forum: Forum;
  readonly uploads: Uploads;
  readonly children: ReactNode;
}

/** Takes files that are dropped anywhere on a thread; the button below does the same without a mouse. */
export function FileDrop({ forum: { t }, uploads, children }: FileDropProps) {
  const [over, setOver] = useState(false);
  /** Of the elements within, each says that something has come over it and gone. */
  const depth = useRef(0);
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse alone.
    <div
      className="forum-drop"
      data-over={over}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return;
        depth.current -= 1;
        if (depth.current === 0) setOver(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        uploads.add(event.dataTransfer.files);
      }}
    >
      {children}
      {over ? (
        <p className="forum-drop-here" aria-hidden="true">
          {t.dropHere}
        </p>
      ) : null}
    </div>
  );
}
