/** The exit codes of all commands. Scripts may rely on them. */
export const EXIT = {
  /** Success; for a server: stopped by a signal, and every request was completed. */
  ok: 0,
  /** A check ran to its end and found a problem, repaired or not: fsck, backup, restore, doctor. */
  damaged: 1,
  /** Invalid command line or configuration; nothing was done. */
  usage: 2,
  /** The machine prevented it: port, folder, disk, processes, a running server. */
  failed: 3,
  /** The server refused a request. */
  refused: 4,
  /** Stopped by a signal before everything was done. */
  interrupted: 5,
  /** A bug in Bindery. */
  crashed: 70,
} as const

/** An exit code of a command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
