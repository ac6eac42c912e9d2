/** Uploads by the folder that they came from, so that a folder of thousands is one entry of the drawer. */
import type { UploadTask } from '@bindery/client/browser'

/** The group of an upload by its task; tasks without one stand for themselves. */
const groups = new WeakMap<UploadTask, string>()

/** Puts an upload into the group of a folder: the address of the folder in its bucket. */
export function joinGroup(task: UploadTask, folder: string): void {
  groups.set(task, folder)
}

/** Several uploads as one. Sizes in bytes. */
export interface Group {
  readonly folder: string
  readonly tasks: UploadTask[]
  done: number
  failed: number
  active: number
  paused: number
  total: number
  committed: number
  bytesPerSecond: number
}

/** The groups in the order in which they began, and the uploads that belong to no group. A long queue is read once. */
export function grouped(tasks: readonly UploadTask[]): {
  readonly groups: readonly Group[]
  readonly single: readonly UploadTask[]
} {
  const found = new Map<string, Group>()
  const single: UploadTask[] = []
  for (const task of tasks) {
    const folder = groups.get(task)
    if (folder === undefined) single.push(task)
    else addTo(groupIn(found, folder), task)
  }
  return { groups: [...found.values()], single }
}

function groupIn(found: Map<string, Group>, folder: string): Group {
  const known = found.get(folder)
  if (known !== undefined) return known
  const sums = { done: 0, failed: 0, active: 0, paused: 0, total: 0, committed: 0, bytesPerSecond: 0 }
  const made = { folder, tasks: [], ...sums }
  found.set(folder, made)
  return made
}

function addTo(group: Group, task: UploadTask): void {
  const { state, progress } = task
  group.tasks.push(task)
  group.total += progress.total ?? 0
  group.committed += state === 'done' ? (progress.total ?? 0) : progress.committed
  group.bytesPerSecond += progress.bytesPerSecond
  if (state === 'done') group.done += 1
  else if (state === 'failed') group.failed += 1
  else if (state === 'paused') group.paused += 1
  else if (state !== 'queued' && state !== 'aborted') group.active += 1
}
