import { readFileSync } from 'node:fs'

/** Idle connections of one process at most: each takes some 7 KiB. */
const CONNECTIONS_MAX = 10_000
/** Open files for other purposes: metadata, log, packs and pipes. */
const FILES_KEPT = 256
/** Files of blobs that stay open while no request reads them; the first number is within `FILES_KEPT`. */
const IDLE_FILES = { min: 64, max: 512 } as const
/** The share of the limit of open files that they may be. */
const IDLE_SHARE = 1 / 16
/** Each connection is an open file, and may read or write another. */
const FILES_PER_CONNECTION = 2

/**
 * The number of connections that this process accepts at a time: less than its limit of open files, so that accepted
 * ones can still be served.
 */
export function connectionsMax(filesMax = openFilesMax()): number {
  const kept = FILES_KEPT + idleFilesMax(filesMax) - IDLE_FILES.min
  const affordable = Math.floor((filesMax - kept) / FILES_PER_CONNECTION)
  return Math.max(Math.min(affordable, CONNECTIONS_MAX), 1)
}

/** The number of files of blobs that this process keeps open for later reads. */
export function idleFilesMax(filesMax = openFilesMax()): number {
  return Math.max(IDLE_FILES.min, Math.min(Math.floor(filesMax * IDLE_SHARE), IDLE_FILES.max))
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
