/**
 * A world: two lasting stores, and processes that start and end on them. It controls time, order and randomness: the
 * same calls with the same seeds produce the same history.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Callbacks } from '@bindery/service'
import { type StartedService, startService } from '@bindery/service/testing'
import {
  type BlobStore,
  type ByteSource,
  createRandom,
  type Faults,
  type MetadataStore,
  StorageError,
  together,
  withFaults,
} from '@bindery/storage'
import { Application } from './application.js'
import { Scheduler } from './scheduler.js'
import type { Stores, WorldBlobs } from './stores.js'

const FAULT_RATES = { before: 0.03, after: 0.08 }
const INCARNATION_DIGITS = 16
/**
 * Milliseconds for which the answer of a Complete is kept: longer than a plan takes, so that the model need not expire
 * them.
 */
export const RECEIPT_MS = 1_000 * 86_400_000
const STARTED_AT = Date.UTC(2026, 0, 5, 8)

export interface Process {
  readonly started: StartedService
  readonly incarnation: string
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
}

interface Host extends Process {
  readonly end: () => void
  /** Whether it was nudged, and is reporting its reads. */
  isReporting: boolean
}

export class World {
  readonly metadata: MetadataStore
  readonly blobs: WorldBlobs
  readonly scheduler = new Scheduler()
  readonly application = new Application()
  readonly #stores: Stores
  #now = STARTED_AT
  /** Processes that are not believed to be dead, in the order of their start. */
  readonly #living: Host[] = []
  /** Those of living and starting processes. */
  readonly #incarnations = new Set<string>()
  /** Unfinished requests and passes of a process, by its incarnation. */
  readonly #unfinished = new Map<string, number>()
  #faults: Faults | undefined
  #count = 0

  constructor(stores: Stores) {
    this.#stores = stores
    this.metadata = stores.metadata
    this.blobs = stores.blobs
  }

  get living(): readonly Process[] {
    return this.#living
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#now
  }

  /**
   * Moves the clock of all processes, forwards or backwards, but not between the signing of a request and its
   * verification.
   */
  moveClock(milliseconds: number): Promise<void> {
    return this.scheduler.atRest(() => {
      this.#now += milliseconds
    })
  }

  /** Until it is set again, calls of the stores fail by this seed; undefined: none fails. */
  setFaults(seed: number | undefined): void {
    this.#faults = seed === undefined ? undefined : withFaults(seed, FAULT_RATES)
    this.#stores.setFaults(seed)
  }

  /** Starts a process, which first recovers what dead ones left. Rejects if the stores fail. */
  async start(): Promise<Process> {
    this.#count += 1
    const incarnation = this.#count.toString(16).padStart(INCARNATION_DIGITS, '0')
    const random = createRandom(this.#count)
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    this.#incarnations.add(incarnation)
    try {
      const opened = together(this.#stores.openMetadata(incarnation), this.blobs.open(incarnation))
      // stores in memory open at once: a turn more would change the histories of all seeds
      const [metadata, blobs] = opened instanceof Promise ? await this.scheduler.during(opened) : opened
      const started = await startService({
        metadata: this.#metadataFor(incarnation, metadata),
        blobs: this.#blobsFor(blobs),
        clock: () => this.#now,
        random: (bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)),
        receiptMs: RECEIPT_MS,
        sleep: () => this.scheduler.take(incarnation, nextTurn),
        nudge: () => this.#nudge(incarnation),
        callbacks: this.#callbacksOf(incarnation),
      })
      await started.service.recover([...this.#incarnations])
      const process = { started: { ...started, now: () => this.#now }, incarnation, ended, end, isReporting: false }
      this.#living.push(process)
      return process
    } catch (error) {
      this.#incarnations.delete(incarnation)
      throw error
    }
  }

  /** Ends a process at once: its calls to the stores are done or not, and it learns no answer. */
  kill(process: Process): void {
    this.#forget(process)
    this.scheduler.drop(process.incarnation)
  }

  /** Pauses a process, which the others then believe to be dead: its later results are ignored. */
  stall(process: Process): void {
    this.#forget(process)
    this.scheduler.pause(process.incarnation)
  }

  /** Ends the pause of a stalled process. */
  resume(process: Process): void {
    this.scheduler.resume(process.incarnation)
  }

  /** The result of a process; undefined if it ends before. */
  async within<T>({ incarnation, ended }: Process, work: () => Promise<T>): Promise<T | undefined> {
    const count = (change: number): void => {
      this.#unfinished.set(incarnation, (this.#unfinished.get(incarnation) ?? 0) + change)
    }
    count(1)
    return Promise.race([work().finally(() => count(-1)), ended.then(() => undefined)])
  }

  /** Whether a process is doing something. */
  isBusy({ incarnation }: Process): boolean {
    return (this.#unfinished.get(incarnation) ?? 0) > 0
  }

  #forget(process: Process): void {
    const index = this.#living.findIndex(({ incarnation }) => incarnation === process.incarnation)
    const [host] = this.#living.splice(index, 1)
    this.#incarnations.delete(process.incarnation)
    host?.end()
  }

  /** Has all other processes report their reads, as tasks of their own. */
  #nudge(by: string): void {
    for (const host of this.#living) {
      if (host.incarnation === by || host.isReporting) continue
      host.isReporting = true
      void this.scheduler
        .asTask(() => host.started.cluster.report())
        .catch((error: unknown) => {
          if (!(error instanceof StorageError)) throw error
        })
        .finally(() => {
          host.isReporting = false
        })
    }
  }

  #callbacksOf(by: string): Callbacks {
    const { scheduler, application } = this
    return {
      find: async () => ({ post: (request) => scheduler.take(by, async () => application.answer(request)) }),
      signer: async () => () => '',
      publicKeyUrl: () => 'http://key.example/',
    }
  }

  #metadataFor(by: string, own: MetadataStore): MetadataStore {
    const store = (): MetadataStore => this.#faults?.metadata(own) ?? own
    const view = own.recalling?.bind(own)
    return {
      transact: (body) => this.scheduler.take(by, () => store().transact(body)),
      read: (body) => this.scheduler.take(by, () => store().read(body)),
      ...(view && { recalling: (along) => this.#metadataFor(by, view(along)) }),
      close: async () => {},
    }
  }

  #blobsFor(own: BlobStore): BlobStore {
    const { incarnation } = own
    const store = (): BlobStore => this.#faults?.blobs(own) ?? own
    const { scheduler } = this
    return {
      incarnation,
      write: (source, options) => scheduler.take(incarnation, () => store().write(leaving(scheduler, source), options)),
      read: (id, range, options) => inTurns(scheduler, incarnation, () => store().read(id, range, options)),
      crc64: (id, range, options) => scheduler.take(incarnation, () => store().crc64(id, range, options)),
      delete: (id) => scheduler.take(incarnation, () => store().delete(id)),
      list: (after) => inTurns(scheduler, incarnation, () => store().list(after)),
      close: async () => {},
    }
  }
}

/** A source whose bytes may come from another read, which waits for its own turns. */
function leaving(scheduler: Scheduler, source: ByteSource): ByteSource {
  return {
    size: source.size,
    ready: () => scheduler.leave(() => source.ready()),
    read: (buffer) => scheduler.leave(() => source.read(buffer)),
  }
}

/** Each item of a sequence in its own turn. */
async function* inTurns<T>(scheduler: Scheduler, by: string, open: () => AsyncIterable<T>): AsyncGenerator<T> {
  const items = open()[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await scheduler.take(by, () => items.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    const returned = items.return?.()
    if (returned !== undefined) await scheduler.during(returned)
  }
}
