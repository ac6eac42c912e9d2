import { readFileSync } from 'node:fs'

/** Idle connections of one process at most: each takes some 7 KiB. */
const CONNECTIONS_MAX = 10_000
/** Open files for other purposes: metadata, log, packs and pipes. */
const FILES_KEPT = 256
/** Each connection is an open file, and may read or write another. */
const FILES_PER_CONNECTION = 2

/**
 * The number of connections that this process accepts at a time: less than its limit of open files, so that accepted
 * ones can still be served.
 */
export function connectionsMax(filesMax = openFilesMax()): number {
  const affordable = Math.floor((filesMax - FILES_KEPT) / FILES_PER_CONNECTION)
  return Math.max(Math.min(affordable, CONNECTIONS_MAX), 1)
}

/** The system's limit; infinite if it is unknown or unlimited. */
function openFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
