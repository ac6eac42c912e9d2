import { readFileSync } from 'node:fs'

/** What one process keeps of memory for connections that ask for nothing: some 7 KiB each. */
const CONNECTIONS_MAX = 10_000
/** Open files that are nobody's: of the metadata, the log, packs and pipes. */
const FILES_KEPT = 256
/** Each connection is an open file, and may read or write another. */
const FILES_PER_CONNECTION = 2

/**
 * How many connections this process takes at once: fewer than there may be open files, so that those which are there
 * can still be served.
 */
export function connectionsMax(filesMax = openFilesMax()): number {
  const affordable = Math.floor((filesMax - FILES_KEPT) / FILES_PER_CONNECTION)
  return Math.max(Math.min(affordable, CONNECTIONS_MAX), 1)
}

/** The system's limit; infinite where it is unknown, or there is none. */
function openFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
