import type { Transfer } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { bytesOf } from '../objects/arguments.js'

/** Between two looks at the clock. */
const INTERVAL_MS = 10_000
const MINUTES_PER_DAY = 24 * 60

/** From a minute of the day on, so many bytes per second; 0: no limit. */
interface Period {
  readonly minute: number
  readonly bytesPerSecond: number
}

/** A limit for all transfers of a command together, which may depend on the time of day. */
export class Bandwidth {
  readonly #periods: readonly Period[]
  readonly #now: () => Date
  readonly #tasks = new Set<Transfer<unknown>>()
  #timer: NodeJS.Timeout | undefined

  /** @param periods in the order of their minutes; one at least */
  constructor(periods: readonly Period[], now: () => Date = () => new Date()) {
    this.#periods = periods
    this.#now = now
  }

  /** Bytes per second of all transfers at this time of day; 0: no limit. */
  get total(): number {
    const now = this.#now()
    const minute = now.getHours() * 60 + now.getMinutes()
    // before the first period of a day, the last one of the day before still holds
    const current = this.#periods.findLast((period) => period.minute <= minute) ?? this.#periods.at(-1)
    return current?.bytesPerSecond ?? 0
  }

  /** Gives a transfer its share while it runs; returns a function that ends that. */
  join(task: Transfer<unknown>): () => void {
    this.#tasks.add(task)
    this.#share()
    if (this.#periods.length > 1) this.#timer ??= setInterval(() => this.#share(), INTERVAL_MS).unref()
    return () => {
      this.#tasks.delete(task)
      if (this.#tasks.size > 0) return this.#share()
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #share(): void {
    const share = this.total === 0 ? 0 : Math.max(1, Math.floor(this.total / Math.max(1, this.#tasks.size)))
    for (const task of this.#tasks) task.setBandwidth(share)
  }
}

/**
 * The limit of `10MiB`, or of a timetable such as `08:00,512KiB 19:00,10MiB 23:00,off` in local time. Throws Failure
 * `valueInvalid`.
 */
export function bandwidthOf(text: string): Bandwidth {
  const entries = text.trim().split(/\s+/)
  if (entries.length === 1 && !text.includes(',')) return new Bandwidth([{ minute: 0, bytesPerSecond: limitOf(text) }])
  const periods = entries.map((entry) => {
    const [, hours = '', minutes = '', limit = ''] = /^(\d{1,2}):(\d\d),(\S+)$/.exec(entry) ?? []
    const minute = Number(hours) * 60 + Number(minutes)
    if (limit === '' || minute >= MINUTES_PER_DAY || Number(minutes) > 59) {
      const expected = '10MiB, off, "08:00,512KiB 19:00,10MiB 23:00,off"'
      throw new Failure('valueInvalid', { name: '--bandwidth-limit', value: text, expected })
    }
    return { minute, bytesPerSecond: limitOf(limit) }
  })
  return new Bandwidth(periods.sort((one, other) => one.minute - other.minute))
}

function limitOf(text: string): number {
  return text === 'off' ? 0 : (bytesOf('--bandwidth-limit', text) ?? 0)
}
