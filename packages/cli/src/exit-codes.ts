/** The exit codes of all commands, those of ossutil 2 and one more. Scripts may rely on them. */
export const EXIT = {
  /** Success; for a server: stopped by a signal, and every request was completed. */
  ok: 0,
  /** Invalid command line or configuration; nothing was done. */
  usage: 1,
  /** The server refused a request. */
  refused: 2,
  /** The machine or the network prevented it: port, folder, disk, processes, a server that does not answer. */
  failed: 3,
  /** Some of many items failed; the others were done. */
  partial: 4,
  /** Stopped by a signal before everything was done. */
  interrupted: 5,
  /** A check ran to its end and found something: damage, other bytes than expected, differences. */
  found: 6,
  /** A bug in Bindery. */
  crashed: 70,
} as const

/** An exit code of a command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
