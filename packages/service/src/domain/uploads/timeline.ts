/** When the parts of an upload arrived, by the times of those that are stored: a part that was replaced counts at its last time. */
import type { PartTable } from '../stored/part-table.js'

/** The parts of an upload over time. Times in milliseconds since 1970. */
export interface Timeline {
  /** Undefined while there are no parts. */
  readonly firstPartAt: number | undefined
  /** Milliseconds of each slot; the first begins when the upload did. */
  readonly slotMs: number
  /** Bytes of the parts that arrived in each slot, up to that of the last part. */
  readonly bytes: readonly number[]
  /** The longest spans of a minute and more without a part between its beginning and its last part, in their order. */
  readonly pauses: readonly { readonly from: number; readonly to: number }[]
}

const SLOTS_MAX = 60
const SLOT_MS_MIN = 1_000
const PAUSES_MAX = 10
const PAUSE_MS_MIN = 60_000

/** Summarises the parts of an upload that began at `initiatedAt`, in milliseconds since 1970. */
export function timelineOf(initiatedAt: number, parts: PartTable): Timeline {
  const times = Array.from({ length: parts.length }, (_, index) => Math.max(initiatedAt, parts.modifiedAt(index)))
  const inOrder = [...times].sort((one, other) => one - other)
  const spanMs = (inOrder.at(-1) ?? initiatedAt) - initiatedAt
  const slotMs = Math.max(SLOT_MS_MIN, Math.ceil((spanMs + 1) / SLOTS_MAX))
  const bytes = new Array<number>(parts.length === 0 ? 0 : Math.floor(spanMs / slotMs) + 1).fill(0)
  for (const [index, at] of times.entries()) {
    const slot = Math.floor((at - initiatedAt) / slotMs)
    bytes[slot] = (bytes[slot] ?? 0) + parts.size(index)
  }
  return { firstPartAt: inOrder[0], slotMs, bytes, pauses: pausesIn([initiatedAt, ...inOrder]) }
}

function pausesIn(times: readonly number[]): Timeline['pauses'] {
  const between = times.slice(1).map((to, index) => ({ from: times[index] ?? to, to }))
  const long = between.filter(({ from, to }) => to - from >= PAUSE_MS_MIN)
  const longest = long.sort((one, other) => other.to - other.from - (one.to - one.from)).slice(0, PAUSES_MAX)
  return longest.sort((one, other) => one.from - other.from)
}

/** Bytes of the parts that were stored since a time, in milliseconds since 1970. */
export function bytesSince(since: number, parts: PartTable): number {
  let bytes = 0
  for (let index = 0; index < parts.length; index += 1) if (parts.modifiedAt(index) >= since) bytes += parts.size(index)
  return bytes
}
