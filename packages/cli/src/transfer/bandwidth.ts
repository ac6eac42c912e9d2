import { readFileSync, watchFile } from 'node:fs'
import type { Transfer } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { bytesOf } from '../objects/arguments.js'

/** Between two looks at the clock. */
const INTERVAL_MS = 10_000
/** Between two looks at a file. */
const FILE_INTERVAL_MS = 1_000
const MINUTES_PER_DAY = 24 * 60

/** From a minute of the day on, so many bytes per second; 0: no limit. */
interface Period {
  readonly minute: number
  readonly bytesPerSecond: number
}

/**
 * A limit for all transfers of a command together, which may depend on the time of day. While they run, SIGUSR2 lifts it and imposes
 * it again.
 */
export class Bandwidth {
  #periods: readonly Period[]
  readonly #now: () => Date
  readonly #tasks = new Set<Transfer<unknown>>()
  #timer: NodeJS.Timeout | undefined
  #isLifted = false

  /** @param periods in the order of their minutes; one at least */
  constructor(periods: readonly Period[], now: () => Date = () => new Date()) {
    this.#periods = periods
    this.#now = now
  }

  /** Bytes per second of all transfers at this time of day; 0: no limit. */
  get total(): number {
    if (this.#isLifted) return 0
    const now = this.#now()
    const minute = now.getHours() * 60 + now.getMinutes()
    // before the first period of a day, the last one of the day before still holds
    const current = this.#periods.findLast((period) => period.minute <= minute) ?? this.#periods.at(-1)
    return current?.bytesPerSecond ?? 0
  }

  /** Replaces the limit, also for transfers that run. @param periods as for the constructor */
  set(periods: readonly Period[]): void {
    this.#periods = periods
    this.#share()
  }

  /** Lifts the limit, or imposes it again. */
  toggle(): void {
    this.#isLifted = !this.#isLifted
    this.#share()
  }

  /** Gives a transfer its share while it runs; returns a function that ends that. */
  join(task: Transfer<unknown>): () => void {
    this.#tasks.add(task)
    this.#share()
    // the time of day may change it
    this.#timer ??= setInterval(() => this.#share(), INTERVAL_MS).unref()
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
 * The limit of `10MiB`, of a timetable such as `08:00,512KiB 19:00,10MiB 23:00,off` in local time, or of a file such as `@limit`,
 * which is read again when it changes. Throws Failure `valueInvalid`, `fileUnreadable`.
 */
export function bandwidthOf(text: string): Bandwidth {
  const bandwidth = new Bandwidth(text.startsWith('@') ? periodsIn(text.slice(1)) : periodsOf(text))
  if (text.startsWith('@')) follow(text.slice(1), bandwidth)
  if (process.platform !== 'win32') process.on('SIGUSR2', () => bandwidth.toggle())
  return bandwidth
}

/** Applies each change of a file. A text that is not a limit, such as one that is half written, changes nothing. */
function follow(file: string, bandwidth: Bandwidth): void {
  watchFile(file, { interval: FILE_INTERVAL_MS, persistent: false }, () => {
    try {
      bandwidth.set(periodsIn(file))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
    }
  })
}

function periodsIn(file: string): readonly Period[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  }
  return periodsOf(text.trim())
}

function periodsOf(text: string): readonly Period[] {
  const entries = text.trim().split(/\s+/)
  if (entries.length === 1 && !text.includes(',')) return [{ minute: 0, bytesPerSecond: limitOf(text) }]
  const periods = entries.map((entry) => {
    const [, hours = '', minutes = '', limit = ''] = /^(\d{1,2}):(\d\d),(\S+)$/.exec(entry) ?? []
    const minute = Number(hours) * 60 + Number(minutes)
    if (limit === '' || minute >= MINUTES_PER_DAY || Number(minutes) > 59) {
      const expected = '10MiB, off, "08:00,512KiB 19:00,10MiB 23:00,off"'
      throw new Failure('valueInvalid', { name: '--bandwidth-limit', value: text, expected })
    }
    return { minute, bytesPerSecond: limitOf(limit) }
  })
  return periods.sort((one, other) => one.minute - other.minute)
}

function limitOf(text: string): number {
  return text === 'off' ? 0 : (bytesOf('--bandwidth-limit', text) ?? 0)
}
