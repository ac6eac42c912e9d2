// The cost of a server's processes: CPU time, memory and bytes written, of its first process and all descendants, from
// /proc.

import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports CPU time to programs in these ticks, whatever it counts internally. */
const TICKS_A_SECOND = 100
const SAMPLE_MS = 100

/** Ids of a process and all its descendants. @param {number} pid @returns {number[]} */
export function processTree(pid) {
  const tree = [pid]
  for (const parent of tree) tree.push(...childrenOf(parent))
  return tree
}

/** @param {number} pid @returns {number[]} */
function childrenOf(pid) {
  const folder = `/proc/${pid}/task`
  return threadsOf(folder).flatMap((thread) =>
    read(`${folder}/${thread}/children`)
      .split(' ')
      .filter((child) => child.trim() !== '')
      .map(Number),
  )
}

function threadsOf(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return [] // it has ended
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // its process has ended
  }
}

/**
 * CPU seconds (user and system) of a process tree: to the nanosecond for living threads, to the tick for ended
 * processes.
 * @param {number} pid
 */
export function cpuSeconds(pid) {
  const seconds = processTree(pid).map((one) => livingSeconds(one) + endedSeconds(one))
  return seconds.reduce((sum, each) => sum + each, 0)
}

function livingSeconds(pid) {
  const folder = `/proc/${pid}/task`
  const nanoseconds = threadsOf(folder).map((thread) => Number(read(`${folder}/${thread}/schedstat`).split(' ')[0]))
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9
}

function endedSeconds(pid) {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / TICKS_A_SECOND
}

/**
 * Private bytes of a process tree: anonymous and shared memory, each page counted once. Mapped files, such as a
 * database, belong to the page cache.
 * @param {number} pid
 */
export function memoryBytes(pid) {
  const held = processTree(pid).map((one) => {
    const rollup = read(`/proc/${one}/smaps_rollup`)
    return ['Pss_Anon', 'Pss_Shmem'].reduce((sum, name) => sum + kilobytesOf(rollup, name) * 1024, 0)
  })
  return held.reduce((sum, each) => sum + each, 0)
}

function kilobytesOf(report, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(report)?.[1] ?? 0)
}

/**
 * Bytes that a process tree has written to disks, counted by the system when a page of a file becomes dirty or is
 * written around the page cache. Undefined where the system does not report it.
 * @param {number} pid
 */
export function writtenBytes(pid) {
  const written = processTree(pid).map((one) => /^write_bytes: (\d+)$/m.exec(read(`/proc/${one}/io`))?.[1])
  return written.every((bytes) => bytes !== undefined)
    ? written.reduce((sum, bytes) => sum + Number(bytes), 0)
    : undefined
}

/**
 * Watches the memory of a process tree as it is now; `stop` returns the peak. From the system's counters, because `memoryBytes` walks through every page, and
 * meanwhile holds up both the server and the client of a load. Shared memory is taken from the process that has most of it;
 * pages that a fork still shares count for each process.
 * @param {number} pid
 */
export function watchMemory(pid) {
  const tree = processTree(pid)
  let most = 0
  const sample = () => {
    const held = tree.map((one) => read(`/proc/${one}/status`))
    const anonymous = held.reduce((sum, status) => sum + kilobytesOf(status, 'RssAnon'), 0)
    const shared = Math.max(...held.map((status) => kilobytesOf(status, 'RssShmem')))
    most = Math.max(most, (anonymous + shared) * 1024)
  }
  sample()
  const timer = setInterval(sample, SAMPLE_MS).unref()
  return {
    stop() {
      clearInterval(timer)
      sample()
      return most
    },
  }
}
