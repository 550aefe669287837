/** Lets an error go on to whoever called: a client tells it as `handler_failed`. */
export function rethrow(error: unknown): never {
  throw error;
}
