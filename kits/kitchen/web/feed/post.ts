/** A post as the server answers it. */
export interface Post {
  readonly id: string;
  /** Empty where a backend has told of the post without saying whose it is. */
  readonly author_id: string;
  readonly author_name: string;
  readonly content: string;
  readonly likes: number;
  readonly comments: number;
  /** Whether the visitor likes it. */
  readonly liked: boolean;
  /** ISO 8601. */
  readonly created_at: string;
}

/** A comment as the server answers it. */
export interface Comment {
  readonly id: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly content: string;
  /** ISO 8601. */
  readonly created_at: string;
}
