/** The exit codes of the command. The numbers are those of ossutil, so that scripts can be reused. */
export const EXIT = {
  /** Success; for a server: stopped by a signal, and every request was completed. */
  ok: 0,
  /** Invalid command line or configuration. */
  usage: 1,
  /** For fsck, backup and restore, with the numbers of file system checkers: a problem was found, repaired or not … */
  damaged: 1,
  /** … or the command could not run: wrong arguments, a folder, a running server. */
  unchecked: 2,
  /** The server refused a request. */
  refused: 2,
  /** The machine prevented it: port, folder, disk, processes. */
  failed: 3,
  /** Stopped by a signal, and requests were aborted. */
  interrupted: 5,
  /** A bug in Bindery. */
  crashed: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
