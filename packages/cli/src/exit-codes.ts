/** What the command answers its caller with. The numbers are those of ossutil, so that scripts may move. */
export const EXIT = {
  /** Done; a server that was told to stop, and let every request end. */
  ok: 0,
  /** The command line or the configuration cannot be understood. */
  usage: 1,
  /** Of fsck, backup and restore, with the numbers of checkers of file systems: something is wrong, repaired or not … */
  damaged: 1,
  /** … or they could not do it: the command line, a folder, a server that uses it. */
  unchecked: 2,
  /** The machine would not have it: port, folder, disk, processes. */
  failed: 3,
  /** Told to stop, and requests were cut. */
  interrupted: 5,
  /** A fault of Bindery itself. */
  crashed: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
