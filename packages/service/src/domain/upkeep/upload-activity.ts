/** How old incomplete uploads are, and which of them still move. */
import type { Bytes, Reader } from '@bindery/storage'
import { type Domain, letOthersRun } from '../domain.js'
import { partRows, uploadRows } from '../stored/keyspace.js'
import type { UploadRecord } from '../stored/model.js'
import { readPage } from '../stored/rows-in.js'
import { readUsage } from '../uploads/uploads.js'

/** Uploads that are looked at: the first by bucket and key. */
const UPLOADS_MAX = 10_000

/** Milliseconds since the last part after which an upload counts as `idle`, and as `stalled`. */
const IDLE_MS = 60_000
const STALLED_MS = 7 * 24 * 3_600_000

/** Incomplete uploads by what they do. */
export type UploadStates = Readonly<Record<'active' | 'idle' | 'stalled', number>>

/** The ages of the first 10,000 incomplete uploads. */
export interface UploadAges {
  /** Milliseconds since the oldest was initiated; undefined without uploads. */
  readonly oldest: number | undefined
  /** A part came within a minute, within 7 days, or before that; an upload without parts counts from when it was initiated. */
  readonly states: UploadStates
}

interface Seen {
  /** Commits of its parts. */
  readonly edition: number
  /** Milliseconds since 1970. */
  readonly movedAt: number
}

/**
 * No row has the time at which the last part of an upload came: parts arrive in any order. So a process remembers the number of
 * commits that it saw. An upload counts from its part of the highest number; where the number of commits has changed, from the last
 * look at the earliest.
 */
export class UploadActivity {
  readonly #domain: Domain
  #seen: ReadonlyMap<string, Seen> = new Map()
  /** When it looked last, in milliseconds since 1970. */
  #lookedAt = 0

  constructor(domain: Domain) {
    this.#domain = domain
  }

  /** Reads the rows of at most 10,000 uploads, in steps. */
  async ages(): Promise<UploadAges> {
    const now = this.#domain.clock()
    const seen = new Map<string, Seen>()
    let oldest: number | undefined
    const { all, declaration } = uploadRows
    for (let from: Bytes | undefined = all.from; from !== undefined && seen.size < UPLOADS_MAX; ) {
      const range = { from, to: all.to }
      from = await this.#domain.metadata.read(async (reader) => {
        const { rows, next } = await readPage(reader, range, { atOnce: declaration.rowsAtOnce })
        const uploads = rows.map((row) => uploadRows.decodeRow(row))
        // on an engine with a server they travel together
        const looks = await Promise.all(uploads.map((upload) => this.#see(reader, upload)))
        for (const [index, { uploadId, initiatedAt }] of uploads.entries()) {
          oldest = Math.min(oldest ?? initiatedAt, initiatedAt)
          const look = looks[index]
          if (look !== undefined) seen.set(uploadId, look)
        }
        return next
      })
      await letOthersRun(this.#domain)
    }
    this.#seen = seen
    this.#lookedAt = now
    return { oldest: oldest === undefined ? undefined : Math.max(0, now - oldest), states: statesOf(seen, now) }
  }

  async #see(reader: Reader, { uploadId, initiatedAt }: UploadRecord): Promise<Seen> {
    const { edition } = await readUsage(reader, uploadId)
    const before = this.#seen.get(uploadId)
    if (before?.edition === edition) return before
    if (edition === 0) return { edition, movedAt: initiatedAt }
    const last = await lastPartAt(reader, uploadId, initiatedAt)
    return { edition, movedAt: before === undefined ? last : Math.max(last, this.#lookedAt) }
  }
}

async function lastPartAt(reader: Reader, manifest: string, otherwise: number): Promise<number> {
  const { from, to } = partRows.rangeUnder({ manifest })
  const [last] = await reader.range(from, to, { limit: 1, reverse: true })
  return last === undefined ? otherwise : partRows.decodeRow(last).modifiedAt
}

function statesOf(seen: ReadonlyMap<string, Seen>, now: number): UploadStates {
  const states = { active: 0, idle: 0, stalled: 0 }
  for (const { movedAt } of seen.values()) {
    const rested = now - movedAt
    states[rested < IDLE_MS ? 'active' : rested < STALLED_MS ? 'idle' : 'stalled'] += 1
  }
  return states
}
