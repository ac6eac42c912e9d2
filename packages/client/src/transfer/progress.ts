/** The parts of a transfer and its progress, as they are now. */
import type { OssError } from '../types/error.js'
import type { Progress, TransferPart } from '../types/upload.js'
import type { PlannedPart } from './plan.js'

/** Milliseconds over which speed is measured. */
const SPEED_WINDOW_MS = 5_000
/** Movements within this time are counted as one. */
const SPEED_STEP_MS = 100

/** A part as the server has it. */
interface StoredAs {
  readonly etag?: string
  readonly crc64?: string | undefined
}

/** Without what else an object has. */
function storedAs({ etag, crc64 }: StoredAs): Pick<TransferPart, 'etag' | 'crc64'> {
  return { ...(etag === undefined ? {} : { etag }), ...(crc64 === undefined ? {} : { crc64 }) }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Counts the bytes and parts of one transfer. The reported `committed` never falls, also when a new run begins with
 * fewer parts.
 */
export class ProgressBoard {
  readonly parts: Mutable<TransferPart>[] = []
  total: number | null = null
  #committed = 0
  /** The highest committed count so far: a new run does not take it back. */
  #reported = 0
  #resumed = 0
  #done = 0
  #reused = 0
  #retries = 0
  #failedOnce = 0
  readonly #startedAt = new Map<number, number>()
  readonly #active = new Set<TransferPart>()
  /** Bytes moved, by time: what speed is computed from. */
  readonly #moved: { readonly at: number; bytes: number }[] = []

  /** Starts over with these parts. */
  reset(parts: readonly PlannedPart[], total: number | null): void {
    this.parts.length = 0
    this.total = total
    this.#committed = 0
    this.#resumed = 0
    this.#done = 0
    this.#reused = 0
    this.#active.clear()
    this.#startedAt.clear()
    for (const part of parts) this.add(part)
  }

  add({ partNumber, offset, size }: PlannedPart): TransferPart {
    const part: TransferPart = { partNumber, offset, size, state: 'waiting', sent: 0, attempt: 0 }
    this.parts.push(part)
    return part
  }

  reused(partNumber: number, stored: StoredAs = {}): TransferPart {
    const part = this.#part(partNumber)
    Object.assign(part, { state: 'reused' }, storedAs(stored))
    this.#committed += part.size
    this.#resumed += part.size
    this.#done += 1
    this.#reused += 1
    return part
  }

  started(partNumber: number, now: number): TransferPart {
    const part = this.#part(partNumber)
    if (!this.#startedAt.has(partNumber)) this.#startedAt.set(partNumber, now)
    part.state = 'active'
    part.attempt = 1
    part.sent = 0
    this.#active.add(part)
    return part
  }

  moved(partNumber: number, sent: number, now: number): TransferPart {
    const part = this.#part(partNumber)
    if (sent > part.sent) this.#count(sent - part.sent, now)
    part.sent = sent
    return part
  }

  retried(partNumber: number, attempt: number, error: OssError): TransferPart {
    const part = this.#part(partNumber)
    part.state = 'retrying'
    part.attempt = attempt
    if (part.error === undefined) this.#failedOnce += 1
    part.error = error
    part.sent = 0
    this.#retries += 1
    return part
  }

  /** The part was cut before it arrived, and waits again. */
  released(partNumber: number): TransferPart {
    const part = this.#part(partNumber)
    if (part.state !== 'done') part.state = 'waiting'
    part.sent = 0
    this.#active.delete(part)
    return part
  }

  done(partNumber: number, now: number, stored: StoredAs = {}): TransferPart {
    const part = this.moved(partNumber, this.#part(partNumber).size, now)
    const ms = now - (this.#startedAt.get(partNumber) ?? now)
    Object.assign(part, { state: 'done', ms }, storedAs(stored))
    this.#active.delete(part)
    this.#committed += part.size
    this.#done += 1
    return part
  }

  get retries(): number {
    return this.#retries
  }

  get reusedParts(): number {
    return this.#reused
  }

  snapshot(now: number): Progress {
    let inFlight = 0
    for (const { sent } of this.#active) inFlight += sent
    const { total } = this
    this.#reported = Math.max(this.#reported, this.#committed)
    const committed = this.#reported
    const bytesPerSecond = this.#speed(now)
    const left = total === null ? null : Math.max(0, total - committed - inFlight)
    return {
      total,
      committed,
      inFlight,
      resumed: this.#resumed,
      ratio: total === null ? null : total === 0 ? 1 : committed / total,
      bytesPerSecond,
      etaMs: left === null || bytesPerSecond === 0 ? null : Math.round((left / bytesPerSecond) * 1000),
      parts: {
        total: total === null ? null : this.parts.length,
        done: this.#done,
        active: this.#active.size,
        resumed: this.#reused,
        retries: this.#retries,
        failedOnce: this.#failedOnce,
      },
    }
  }

  #count(bytes: number, now: number): void {
    const last = this.#moved.at(-1)
    if (last !== undefined && now - last.at < SPEED_STEP_MS) last.bytes += bytes
    else this.#moved.push({ at: now, bytes })
    if ((this.#moved[0]?.at ?? now) < now - SPEED_WINDOW_MS) this.#moved.shift()
  }

  #speed(now: number): number {
    while (this.#moved.length > 0 && (this.#moved[0]?.at ?? now) < now - SPEED_WINDOW_MS) this.#moved.shift()
    const [first] = this.#moved
    if (first === undefined) return 0
    const bytes = this.#moved.reduce((sum, one) => sum + one.bytes, 0)
    return Math.round((bytes / Math.max(250, now - first.at)) * 1000)
  }

  #part(partNumber: number): Mutable<TransferPart> {
    const part = this.parts[partNumber - 1]
    if (part === undefined) throw new RangeError(`there is no part ${partNumber}`)
    return part
  }
}
