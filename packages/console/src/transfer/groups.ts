/** Uploads by the folder that they came from, so that a folder of thousands is one entry of the drawer. */
import type { UploadTask } from '@bindery/client/browser'

/** The group of an upload by its task, with the bytes of its file; tasks without one stand for themselves. */
const groups = new WeakMap<UploadTask, { readonly folder: string; readonly size: number }>()

/** Puts an upload of `size` bytes into the group of a folder: the address of the folder in its bucket. */
export function joinGroup(task: UploadTask, folder: string, size: number): void {
  groups.set(task, { folder, size })
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
    const member = groups.get(task)
    if (member === undefined) single.push(task)
    else addTo(groupIn(found, member.folder), task, member.size)
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

function addTo(group: Group, task: UploadTask, size: number): void {
  const { state, progress } = task
  group.tasks.push(task)
  group.total += size
  group.committed += state === 'done' ? size : progress.committed
  if (state === 'done') group.done += 1
  else if (state === 'failed') group.failed += 1
  else if (state === 'paused') group.paused += 1
  else if (state !== 'queued' && state !== 'aborted') {
    group.active += 1
    group.bytesPerSecond += progress.bytesPerSecond
  }
}
