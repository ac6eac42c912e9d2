/**
 * Freeing under readers: processes read objects, for a short or a long time, while others overwrite them and two processes
 * sweep at once. Answers of the stores take a random time. Processes pause, some for so long that they are declared dead,
 * and then go on as if nothing had happened. What a member reads must be there until it has been read.
 */
import {
  bytesOf,
  incarnationRows,
  named,
  openObject,
  putObject,
  recoverDead,
  requireLease,
  Sweeper,
  type TestDomain,
  testDomain,
  withScope,
} from '@bindery/service/testing'
import {
  type BlobStore,
  createMemoryMetadataStore,
  createRandom,
  type MetadataStore,
  type Random,
  StorageError,
} from '@bindery/storage'
import { audit } from './audit.js'
import { SharedBlobs } from './shared-blobs.js'
import { VirtualTime } from './virtual-time.js'

const PROCESSES = 3
const SWEEPERS = 2
const READERS = 4
const KEYS = ['a', 'b', 'c']
const BEAT_MS = 2_000
/** Upper bounds of times, in milliseconds; the first are chosen more often. */
const LATENCIES = [2, 2, 2, 2, 2, 2, 2, 2, 100, 3_000]
const READ_TIMES = [5, 5, 500, 30_000]
const PAUSES = [1_000, 10_000, 30_000, 150_000]
const SWEEPS_MAX = 1_000

/** The numbers of events, which show whether there was something to find. */
export interface FreeingReport {
  /** Reads that ended well. */
  readonly reads: number
  /** Reads that failed in processes which had been declared dead, or had lost touch. */
  readonly cut: number
  readonly freed: number
  readonly deaths: number
}

/** Runs for some virtual seconds. Throws an error if something was freed too early, or never. */
export async function runFreeing(seed: number, seconds: number): Promise<FreeingReport> {
  const run = new Run(seed, seconds)
  await run.go()
  return run.end()
}

interface Process {
  readonly incarnation: string
  readonly domain: TestDomain
  readonly sweeper: Sweeper
}

class Run {
  readonly #random: Random
  readonly #endsAt: number
  readonly #time = new VirtualTime()
  readonly #metadata = createMemoryMetadataStore({ runBodiesTwice: true })
  readonly #blobs = new SharedBlobs()
  readonly #living = new Set<Process>()
  readonly #counts = { reads: 0, cut: 0, freed: 0, deaths: 0 }
  #started = 0
  /** Whether all objects have been written once. */
  #isFilled = false
  #failure: unknown

  constructor(seed: number, seconds: number) {
    this.#random = createRandom(seed)
    this.#endsAt = seconds * 1_000
  }

  async go(): Promise<void> {
    for (let count = 0; count < PROCESSES; count += 1) this.#begin('world', () => this.#start())
    this.#begin('world', () => this.#pauseSometimes())
    await this.#time.run(() => this.#failure !== undefined)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** When nothing is read any more, everything is freed that no object names. */
  async end(): Promise<FreeingReport> {
    const domain = await testDomain({ metadata: this.#metadata, blobs: this.#blobs.open('last'), seed: 0 })
    await recoverDead(domain, [])
    const sweeper = new Sweeper(domain)
    for (let sweeps = 0, isAtRest = false; !isAtRest; sweeps += 1) {
      if (sweeps === SWEEPS_MAX) throw new Error('the sweeper does not come to rest')
      const { freed, waiting, more } = await sweeper.sweep()
      isAtRest = freed === 0 && waiting === 0 && !more
    }
    const sentences = await audit({ metadata: this.#metadata, blobs: await this.#blobs.ids() }, { swept: true })
    if (sentences.length > 0) throw new Error(sentences.join('\n'))
    return this.#counts
  }

  async #start(): Promise<void> {
    this.#started += 1
    const incarnation = this.#started.toString(16).padStart(16, '0')
    const domain = await testDomain({
      seed: this.#started,
      metadata: this.#metadataFor(incarnation),
      blobs: this.#blobsFor(this.#blobs.open(incarnation)),
      uptime: () => this.#time.now,
      sleep: (milliseconds) => this.#time.wait(incarnation, milliseconds),
    })
    const process = { incarnation, domain, sweeper: new Sweeper(domain) }
    this.#living.add(process)
    if ((this.#started <= PROCESSES || !this.#isFilled) && !(await this.#fill(process))) return
    for (let reader = 0; reader < READERS; reader += 1) this.#repeat(process, 100, () => this.#read(process))
    this.#repeat(process, 300, () => this.#write(process, this.#any(KEYS)))
    this.#repeat(process, BEAT_MS, () => domain.cluster.report())
    this.#repeat(process, 500, async () => {
      if ([...this.#living].indexOf(process) >= SWEEPERS) return
      this.#counts.freed += (await process.sweeper.sweep()).freed
    })
  }

  /** Writes all objects; false if the process was declared dead meanwhile. */
  async #fill(process: Process): Promise<boolean> {
    try {
      for (const key of KEYS) await this.#write(process, key)
    } catch (error) {
      if (!isOutOfTouch(error) || error.kind !== 'fenced') throw error
      this.#replace(process)
      return false
    }
    this.#isFilled = true
    return true
  }

  /** Repeats work in a process until the run ends, or the process learns that it was declared dead. */
  #repeat(process: Process, intervalMs: number, work: () => Promise<unknown>): void {
    this.#begin(process.incarnation, async () => {
      while (this.#time.now < this.#endsAt && this.#living.has(process)) {
        try {
          await work()
        } catch (error) {
          if (!isOutOfTouch(error)) throw error
          if (error.kind === 'fenced') this.#replace(process)
        }
        await this.#time.wait(process.incarnation, 1 + this.#random.below(intervalMs))
      }
    })
  }

  #begin(by: string, work: () => Promise<void>): void {
    void this.#time
      .wait(by, 0)
      .then(work)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
  }

  #replace(process: Process): void {
    if (!this.#living.delete(process)) return
    this.#counts.deaths += 1
    this.#begin('world', () => this.#start())
  }

  async #pauseSometimes(): Promise<void> {
    while (this.#time.now < this.#endsAt) {
      await this.#time.wait('world', this.#random.below(20_000))
      // all of them may have been declared dead, and none has started again
      if (this.#living.size > 0) this.#time.pause(this.#any([...this.#living]).incarnation, this.#any(PAUSES))
    }
  }

  async #read({ incarnation, domain }: Process): Promise<void> {
    const key = this.#any(KEYS)
    try {
      await withScope(async (scope) => {
        await requireLease(domain.cluster)
        const object = await openObject(domain, scope, named(key))
        await this.#time.wait(incarnation, this.#random.below(this.#any(READ_TIMES)))
        await requireLease(domain.cluster)
        await bytesOf(object.read())
      })
      this.#counts.reads += 1
    } catch (error) {
      if ((await this.#isMember(incarnation)) && !isOutOfTouch(error)) throw error
      this.#counts.cut += 1
    }
  }

  async #write({ incarnation, domain }: Process, key: string): Promise<void> {
    await putObject(domain, key, `written by ${incarnation}`)
  }

  async #isMember(incarnation: string): Promise<boolean> {
    const row = await this.#metadata.read((reader) => reader.get(incarnationRows.key({ incarnation })))
    return row !== undefined
  }

  #any<T>(values: readonly T[]): T {
    const value = values[this.#random.below(values.length)]
    if (value === undefined) throw new TypeError('there is nothing to choose from')
    return value
  }

  readonly #latency = (): number => this.#random.below(this.#any(LATENCIES))

  #metadataFor(by: string): MetadataStore {
    return {
      transact: (body) => this.#time.take(by, this.#latency, () => this.#metadata.transact(body)),
      read: (body) => this.#time.take(by, this.#latency, () => this.#metadata.read(body)),
      close: async () => {},
    }
  }

  #blobsFor(own: BlobStore): BlobStore {
    const { incarnation: by } = own
    return {
      ...own,
      write: (source, options) => this.#time.take(by, this.#latency, () => own.write(source, options)),
      delete: (id) => this.#time.take(by, this.#latency, () => own.delete(id)),
    }
  }
}

/** A process that may not answer any more, or could not reach the others in time. */
const isOutOfTouch = (error: unknown): error is StorageError =>
  error instanceof StorageError && (error.kind === 'fenced' || error.kind === 'unavailable')
