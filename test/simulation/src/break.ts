/** A deliberate break, and the kind of run that finds it. */
import type { Theme } from './generate.js'

/** The kind of run that finds a break. */
export type Mode = 'sequence' | 'together' | 'mishaps' | 'freeing'

export interface Break {
  readonly invariant: string
  /** The effect of the break, as a sentence. */
  readonly name: string
  readonly mode: Mode
  /** The theme of its runs, where the break can show. Absent: any. */
  readonly theme?: Theme
  /** The first seed that found it in the last search: the search starts with it and continues with the next. */
  readonly seed: number
  /** Below `packages/`. */
  readonly file: string
  /** Occurs in the file exactly once. */
  readonly find: string
  readonly replace: string
}
