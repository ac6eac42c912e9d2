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
 * No row has the time at which the last part of an upload came: parts arrive in any order. So one process remembers when it saw the
 * number of commits change. An upload that it sees for the first time counts from its part of the highest number.
 */
export class UploadActivity {
  readonly #domain: Domain
  #seen: ReadonlyMap<string, Seen> = new Map()

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
        for (const upload of rows.map((row) => uploadRows.decodeRow(row))) {
          oldest = Math.min(oldest ?? upload.initiatedAt, upload.initiatedAt)
          seen.set(upload.uploadId, await this.#see(reader, upload, now))
        }
        return next
      })
      await letOthersRun(this.#domain)
    }
    this.#seen = seen
    return { oldest: oldest === undefined ? undefined : Math.max(0, now - oldest), states: statesOf(seen, now) }
  }

  async #see(reader: Reader, { uploadId, initiatedAt }: UploadRecord, now: number): Promise<Seen> {
    const { edition } = await readUsage(reader, uploadId)
    const before = this.#seen.get(uploadId)
    if (before !== undefined) return before.edition === edition ? before : { edition, movedAt: now }
    return { edition, movedAt: edition === 0 ? initiatedAt : await lastPartAt(reader, uploadId, initiatedAt) }
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
