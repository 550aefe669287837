/** A JSON object from outside. */
export interface JsonObject {
  readonly [key: string]: unknown;
}
