/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** A value as JSON shows it. */
export function jsonOf(value: unknown, replacer?: (name: string, value: unknown) => unknown): Json {
  return JSON.parse(JSON.stringify(value, replacer)) as Json
}
