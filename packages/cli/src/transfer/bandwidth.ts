import { readFileSync, unwatchFile, watchFile } from 'node:fs'
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

/** SIGUSR2 lifts the limits of all commands of this process, and imposes them again. */
class Lift {
  isOn = false
  #isListening = false
  /** Those whose transfers run. */
  readonly limits = new Set<Bandwidth>()

  /** From then on until the process ends, because the signal ends a process without a listener. */
  listen(): void {
    if (this.#isListening || process.platform === 'win32') return
    this.#isListening = true
    process.on('SIGUSR2', () => {
      this.isOn = !this.isOn
      for (const limit of this.limits) limit.apply()
    })
  }
}

const LIFT = new Lift()

/** Settings of a limit for tests, and where it comes from. */
export interface BandwidthOptions {
  readonly now?: () => Date
  /** Contains the limit, and is read again when it changes while transfers run. */
  readonly file?: string
}

/** A limit for all transfers of a command together, which may depend on the time of day. */
export class Bandwidth {
  #periods: readonly Period[]
  readonly #now: () => Date
  readonly #file: string | undefined
  readonly #tasks = new Set<Transfer<unknown>>()
  #timer: NodeJS.Timeout | undefined
  readonly #reread = (): void => {
    try {
      if (this.#file !== undefined) this.#periods = periodsIn(this.#file)
    } catch (error) {
      // a text that is not a limit, such as one that is half written, changes nothing
      if (!(error instanceof Failure)) throw error
    }
    this.apply()
  }

  /** @param periods in the order of their minutes; one at least */
  constructor(periods: readonly Period[], { now = () => new Date(), file }: BandwidthOptions = {}) {
    this.#periods = periods
    this.#now = now
    this.#file = file
  }

  /** Bytes per second of all transfers at this time of day; 0: no limit. */
  get total(): number {
    if (LIFT.isOn) return 0
    const now = this.#now()
    const minute = now.getHours() * 60 + now.getMinutes()
    // before the first period of a day, the last one of the day before still holds
    const current = this.#periods.findLast((period) => period.minute <= minute) ?? this.#periods.at(-1)
    return current?.bytesPerSecond ?? 0
  }

  /** Gives a transfer its share while it runs; returns a function that ends that. */
  join(task: Transfer<unknown>): () => void {
    this.#tasks.add(task)
    if (this.#tasks.size === 1) this.#begin()
    this.apply()
    return () => {
      this.#tasks.delete(task)
      if (this.#tasks.size > 0) this.apply()
      else this.#end()
    }
  }

  /** Gives each transfer that runs its share of the limit as it is at this moment. */
  apply(): void {
    const share = this.total === 0 ? 0 : Math.max(1, Math.floor(this.total / Math.max(1, this.#tasks.size)))
    for (const task of this.#tasks) task.setBandwidth(share)
  }

  #begin(): void {
    LIFT.limits.add(this)
    // the time of day may change it
    this.#timer = setInterval(() => this.apply(), INTERVAL_MS).unref()
    if (this.#file === undefined) return
    this.#reread()
    watchFile(this.#file, { interval: FILE_INTERVAL_MS, persistent: false }, this.#reread)
  }

  #end(): void {
    LIFT.limits.delete(this)
    clearInterval(this.#timer)
    if (this.#file !== undefined) unwatchFile(this.#file, this.#reread)
  }
}

/**
 * The limit of `10MiB`, of a timetable such as `08:00,512KiB 19:00,10MiB 23:00,off` in local time, or of a file such as `@limit`,
 * which is read again when it changes. Throws Failure `valueInvalid`, `fileUnreadable`.
 */
export function bandwidthOf(text: string): Bandwidth {
  LIFT.listen()
  if (!text.startsWith('@')) return new Bandwidth(periodsOf(text))
  const file = text.slice(1)
  return new Bandwidth(periodsIn(file), { file })
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
