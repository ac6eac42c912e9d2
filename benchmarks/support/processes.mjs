// What a server's processes cost: processor time, memory and bytes written, of its first process and all below it, from /proc.

import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in these ticks for programs, whatever its own are. */
const TICKS_A_SECOND = 100
const SAMPLE_MS = 100

/** Ids of a process and of all that descend from it. @param {number} pid @returns {number[]} */
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
 * Seconds of processor time, user and system, of the living threads of a tree of processes, to the nanosecond, and of its
 * processes that ended, to the tick.
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
 * Bytes that a tree of processes holds for itself: anonymous and shared memory, each page counted once. Files that it
 * maps, a database for one, are the page cache's.
 * @param {number} pid
 */
export function memoryBytes(pid) {
  const held = processTree(pid).map((one) => {
    const rollup = read(`/proc/${one}/smaps_rollup`)
    return ['Pss_Anon', 'Pss_Shmem'].reduce((sum, name) => sum + kilobytesOf(rollup, name) * 1024, 0)
  })
  return held.reduce((sum, each) => sum + each, 0)
}

function kilobytesOf(rollup, name) {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0)
}

/**
 * Bytes that a tree of processes has had written to disks, as the system counts them when a page of a file becomes dirty
 * or is written around the page cache; undefined where it does not tell.
 * @param {number} pid
 */
export function writtenBytes(pid) {
  const written = processTree(pid).map((one) => /^write_bytes: (\d+)$/m.exec(read(`/proc/${one}/io`))?.[1])
  return written.every((bytes) => bytes !== undefined)
    ? written.reduce((sum, bytes) => sum + Number(bytes), 0)
    : undefined
}

/** Watches the memory of a tree of processes; `stop` answers the most that was seen. @param {number} pid */
export function watchMemory(pid) {
  let most = memoryBytes(pid)
  const sample = () => {
    most = Math.max(most, memoryBytes(pid))
  }
  const timer = setInterval(sample, SAMPLE_MS).unref()
  return {
    stop() {
      clearInterval(timer)
      sample()
      return most
    },
  }
}
