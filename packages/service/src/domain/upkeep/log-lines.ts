/**
 * The lines of access logs on their way to the target buckets. They are collected in memory and kept as rows every few
 * seconds, so that no request waits for its line: best effort, as OSS promises no more. A crash loses those of the last
 * seconds.
 */
import { upperHex, utf8Bytes } from '@bindery/bytes'
import type { BucketName } from '@bindery/protocol'
import { type Bytes, METADATA_LIMITS, type MetadataStore } from '@bindery/storage'
import { logRows } from '../stored/keyspace.js'

const HOUR_MS = 3_600_000
/** Bytes of one row. */
const ROW_BYTES_MAX = METADATA_LIMITS.valueBytes - 1
/** Characters of lines in memory; further ones are dropped until the store takes some. */
const COLLECTED_MAX = 8 * 1024 ** 2

interface Surroundings {
  readonly metadata: MetadataStore
  readonly clock: () => number
  readonly random: (bytes: number) => Uint8Array
}

/** Begins with the time, so that rows of an hour sort as they were kept. */
function newToken({ clock, random }: Surroundings): string {
  return clock().toString(16).padStart(12, '0').toUpperCase() + upperHex(random(10))
}

/** Lines of a bucket and of an hour since 1970. */
interface Collected {
  readonly source: BucketName
  readonly hour: number
  readonly lines: string[]
}

/** Collects the lines of one process. */
export class LogLines {
  readonly #domain: Surroundings
  #collected = new Map<string, Collected>()
  #length = 0

  constructor(domain: Surroundings) {
    this.#domain = domain
  }

  /** Adds the line of a request to a bucket that was received at a time. */
  add(source: BucketName, receivedAt: number, line: string): void {
    if (this.#length + line.length > COLLECTED_MAX) return
    const hour = Math.floor(receivedAt / HOUR_MS)
    const name = `${source} ${hour}`
    const collected = this.#collected.get(name) ?? { source, hour, lines: [] }
    this.#collected.set(name, collected)
    collected.lines.push(line)
    this.#length += line.length
  }

  /** Keeps the collected lines as rows; where that fails, they stay collected. */
  async keep(): Promise<void> {
    for (const [name, { source, hour, lines }] of this.#collected) {
      this.#collected.delete(name)
      try {
        const rows = rowsOf(lines).map((value) => ({ value, token: newToken(this.#domain) }))
        for (const { value, token } of rows) {
          await this.#domain.metadata.transact(async (tx) => logRows.set(tx, { source, hour, token }, value))
        }
        for (const line of lines) this.#length -= line.length
      } catch (error) {
        const since = this.#collected.get(name)?.lines ?? []
        this.#collected.set(name, { source, hour, lines: [...lines, ...since] })
        throw error
      }
    }
  }
}

/** Lines as values of rows, each of whole lines. */
function rowsOf(lines: readonly string[]): Bytes[] {
  const rows: Bytes[] = []
  let text = ''
  for (const line of lines) {
    if (text !== '' && (text.length + line.length) * 3 > ROW_BYTES_MAX) {
      rows.push(utf8Bytes(text))
      text = ''
    }
    text += line
  }
  return text === '' ? rows : [...rows, utf8Bytes(text)]
}
