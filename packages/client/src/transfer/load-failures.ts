/** Loads the errors of transfers. */
import { loaded } from '../wire/failure.js'

/** The constructors of `failures.js`. */
export function failures(): Promise<typeof import('./failures.js')> {
  return loaded(import('./failures.js'))
}
