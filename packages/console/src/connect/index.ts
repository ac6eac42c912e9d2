import { COMPILED_LANGUAGES } from './compiled-languages.js'
import { ownClient } from './own-client.js'
import { SCRIPT_LANGUAGES } from './script-languages.js'
import type { Snippet } from './snippet.js'
import { TOOLS } from './tools.js'

export { type Facts, phpQuoted, type Snippet, shellQuoted, springQuoted, sqlQuoted } from './snippet.js'

/** Every client that `bindery connect` knows, by the name of its argument, in the order of the list. */
export function snippets(library: string): ReadonlyMap<string, Snippet> {
  const table: Readonly<Record<string, Snippet>> = {
    ...SCRIPT_LANGUAGES,
    ...COMPILED_LANGUAGES,
    ...TOOLS,
    client: ownClient(library),
  }
  return new Map(Object.entries(table))
}
