/** The mark of what is locked or private. */
export function Lock({ name }: { readonly name: string }) {
  return (
    <svg className="forum-mark" viewBox="0 0 16 16" role="img" aria-label={name}>
      <title>{name}</title>
      <path d="M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" />
    </svg>
  );
}

/** The mark of what stands above the others. */
export function Pin({ name }: { readonly name: string }) {
  return (
    <svg className="forum-mark" viewBox="0 0 16 16" role="img" aria-label={name}>
      <title>{name}</title>
      <path d="M5.5 2.5h5l-.7 4.2 2.2 2.3H4l2.2-2.3zM8 9v4.5" />
    </svg>
  );
}
