/** A transfer's state machine: start, pause, resume, abort. Its runner decides what is transferred. */
import type { Checkpoint } from '../types/checkpoint.js'
import type { Parallel, RetryPolicy } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type {
  ListenerOptions,
  Progress,
  Transfer,
  TransferEvent,
  TransferEvents,
  TransferPart,
  TransferState,
} from '../types/upload.js'
import { asOssError, isPressure } from '../wire/failure.js'
import type { RequestHooks } from '../wire/multipart.js'
import { Events } from './events.js'
import type { Parallelism } from './parallelism.js'
import type { PlannedPart } from './plan.js'
import { ProgressBoard } from './progress.js'
import type { Throttle } from './throttle.js'

/** The services that a task offers its runner. */
export interface Run {
  /** Aborted when the task is paused without draining, or aborted. */
  readonly signal: AbortSignal
  /** No further part may begin. */
  readonly isDraining: () => boolean
  readonly board: ProgressBoard
  readonly parallelism: Parallelism
  readonly throttle: Throttle
  setState(state: TransferState): void
  emitPart(part: TransferPart): void
  /** The hooks of a request for one part. */
  hooksFor(part: PlannedPart): RequestHooks
  /** The hooks of any other request. */
  readonly hooks: RequestHooks
}

/** Transfers one object on behalf of a task. */
export interface Runner<Result> {
  /** Transfers until everything has arrived, or `isDraining`: then undefined. Called again after a pause or failure. */
  run(run: Run): Promise<Result | undefined>
  /** Deletes what there is of an unfinished transfer. */
  discard(): Promise<void>
  /** Releases all resources; the task has ended. */
  close(): Promise<void>
  /** Releases, after a failure, what another run opens again. */
  release?(): Promise<void>
  /** With which it can be continued elsewhere. */
  readonly checkpoint?: Checkpoint | undefined
  /** Completes an error with what continues the transfer. */
  describe?(error: OssError): void
}

/**
 * The object that a task transfers, and its limits. `signal` aborts the task but keeps the stored parts; `onFailure`
 * defaults to `keep`.
 */
export interface TaskOptions {
  readonly bucket: string
  readonly key: string
  readonly parallelism: Parallelism
  readonly throttle: Throttle
  readonly retry?: Partial<RetryPolicy> | undefined
  readonly signal?: AbortSignal | undefined
  readonly onFailure?: 'keep' | 'abort' | undefined
}

const ENDED: ReadonlySet<TransferState> = new Set(['done', 'aborted'])

/**
 * A transfer and its states. `resume` starts it, also again after `failed`, which gives it a new `result`. A failed or
 * aborted task rejects `result` and emits `error`; that rejection is never reported as unhandled.
 */
export class Task<Result> implements Transfer<Result> {
  readonly id = Math.random().toString(36).slice(2)
  readonly bucket: string
  readonly key: string
  readonly events = new Events<Result>()
  readonly #options: TaskOptions
  readonly #runner: Runner<Result>
  readonly #board = new ProgressBoard()
  #state: TransferState = 'queued'
  #cut = new AbortController()
  #isDraining = false
  /** A pause has been followed by `resume` before it was over. */
  #resumes = false
  #aborting: Promise<void> | undefined
  readonly #listening = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #outcome = withResolvers<Result>()

  constructor(runner: Runner<Result>, options: TaskOptions) {
    this.#runner = runner
    this.#options = options
    this.bucket = options.bucket
    this.key = options.key
    const { signal } = options
    const stop = () => void this.abort({ keepParts: true }).catch(() => {}) // the task reports it
    if (signal?.aborted === true) queueMicrotask(stop)
    else signal?.addEventListener('abort', stop, { once: true, signal: this.#listening.signal })
  }

  get state(): TransferState {
    return this.#state
  }

  get progress(): Progress {
    return this.#board.snapshot(Date.now())
  }

  get parts(): readonly TransferPart[] {
    return this.#board.parts
  }

  get result(): Promise<Result> {
    return this.#outcome.promise
  }

  get board(): ProgressBoard {
    return this.#board
  }

  start(): void {
    this.resume()
  }

  resume(): void {
    if (this.#aborting !== undefined) return
    if (this.#state === 'pausing') this.#resumes = true
    if (this.#state !== 'queued' && this.#state !== 'paused' && this.#state !== 'failed') return
    if (this.#state === 'failed') this.#outcome = withResolvers<Result>()
    this.#cut = new AbortController()
    this.#isDraining = false
    this.#set('preparing')
    this.#running = this.#run()
  }

  async pause({ drain = false }: { readonly drain?: boolean } = {}): Promise<Checkpoint | undefined> {
    if (this.#state === 'queued') this.#set('paused')
    else if (!ENDED.has(this.#state) && this.#state !== 'failed' && this.#state !== 'paused') {
      this.#isDraining = true
      this.#resumes = false
      if (this.#state !== 'completing') {
        this.#set('pausing')
        if (!drain) this.#cut.abort(abortReason())
      }
      await this.#running
    }
    return this.#runner.checkpoint
  }

  abort({ keepParts = false }: { readonly keepParts?: boolean } = {}): Promise<void> {
    this.#aborting ??= this.#abort(keepParts).finally(() => {
      this.#aborting = undefined
    })
    return this.#aborting
  }

  async #abort(keepParts: boolean): Promise<void> {
    if (ENDED.has(this.#state)) return
    this.#isDraining = true
    this.#resumes = false
    this.#cut.abort(abortReason())
    await this.#running
    if (ENDED.has(this.#state)) return
    if (!keepParts) await this.#runner.discard()
    await this.#end('aborted', new OssError({ code: CLIENT_CODES.aborted, message: 'The transfer was aborted.' }))
  }

  setParallel(parallel: Parallel): void {
    this.#options.parallelism.set(parallel)
  }

  setBandwidth(bytesPerSecond: number): void {
    this.#options.throttle.set(bytesPerSecond)
  }

  on<Type extends keyof TransferEvents<Result>>(
    type: Type,
    listener: (event: TransferEvents<Result>[Type]) => void,
    options?: ListenerOptions,
  ): () => void {
    return this.events.on(type, listener, options)
  }

  [Symbol.asyncIterator](): AsyncIterator<TransferEvent<Result>> {
    return this.events.iterate(() => ENDED.has(this.#state) || this.#state === 'failed')
  }

  async #run(): Promise<void> {
    try {
      const result = await this.#runner.run(this.#context())
      if (result === undefined) return this.#paused()
      await this.#runner.close()
      this.#listening.abort()
      this.#set('done')
      this.#emitProgress()
      this.events.emit('done', result)
      this.events.end()
      this.#outcome.resolve(result)
    } catch (thrown) {
      if (this.#isDraining) return this.#paused()
      const error = asOssError(thrown)
      this.#runner.describe?.(error)
      if (this.#options.onFailure === 'abort') await this.#runner.discard().catch(() => {}) // the first error counts
      await this.#runner.release?.().catch(() => {})
      await this.#end('failed', error)
    }
  }

  #paused(): void {
    this.#set('paused')
    if (this.#resumes) this.resume()
    this.#resumes = false
  }

  async #end(state: 'failed' | 'aborted', error: OssError): Promise<void> {
    if (state === 'aborted') {
      this.#listening.abort()
      await this.#runner.close()
    }
    this.#set(state, error.code)
    this.events.emit('error', error)
    this.events.end()
    this.#outcome.reject(error)
  }

  #context(): Run {
    const { retry, parallelism, throttle } = this.#options
    const { signal } = this.#cut
    const setState = (state: TransferState) => this.#set(state)
    const hooks: RequestHooks = {
      signal,
      retry,
      onOffline: (isOffline) => this.#set(isOffline ? 'offline' : 'running'),
    }
    return {
      signal,
      isDraining: () => this.#isDraining,
      board: this.#board,
      parallelism,
      throttle,
      setState,
      hooks,
      emitPart: (part) => this.#emitPart(part),
      hooksFor: ({ partNumber }) => ({
        ...hooks,
        onSent: (bytes) => this.#emitPart(this.#board.moved(partNumber, bytes, Date.now())),
        onRetry: (error, attempt) => {
          if (isPressure(error)) parallelism.pressed()
          error.partNumber = partNumber
          this.#emitPart(this.#board.retried(partNumber, attempt, error))
        },
      }),
    }
  }

  #set(state: TransferState, reason?: string): void {
    const from = this.#state
    if (from === state) return
    if (from === 'pausing' && (state === 'running' || state === 'offline')) return
    this.#state = state
    this.events.emit('state', { from, to: state, ...(reason === undefined ? {} : { reason }) })
  }

  #emitPart(part: TransferPart): void {
    if (this.events.has('part')) this.events.emit('part', { ...part })
    this.#emitProgress()
  }

  #emitProgress(): void {
    if (this.events.has('progress')) this.events.emit('progress', this.progress)
  }
}

function abortReason(): DOMException {
  return new DOMException('The transfer was paused or aborted.', 'AbortError')
}

interface Resolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** A rejection that no one waits for must not crash: the state and the `error` event report it, too. */
function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}
