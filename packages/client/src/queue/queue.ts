/** Uploads that take turns: some at a time, the most important first, paused and continued together. */
import { crc64 } from '@bindery/bytes'
import { contentTypeOf } from '../content-type.js'
import { blobSource } from '../transfer/source.js'
import type { Checkpoint } from '../types/checkpoint.js'
import type { Parallel } from '../types/client.js'
import type { FileHandleLike } from '../types/file-handle.js'
import type {
  AddFilesOptions,
  NamedFile,
  QueueEvents,
  QueueItem,
  QueueOptions,
  QueueProgress,
  RestoredUpload,
} from '../types/queue.js'
import type { Progress, TransferState, UploadOptions, UploadSource, UploadTask } from '../types/upload.js'
import type { Uploader } from '../uploader.js'
import { Presence } from './presence.js'
import { type Turns, turnsOf } from './turns.js'
import { WaitingRoom, waitingId } from './waiting-room.js'

/** `waiting`: for its turn; `held`: paused by itself; `ended`: done, failed or aborted. */
type Phase = 'waiting' | 'running' | 'held' | 'ended'

interface Entry {
  readonly task: UploadTask
  readonly priority: number
  readonly number: number
  /** The number of uploads of the same label before it; with `round-robin` the lowest is next. */
  readonly turn: number
  readonly size: number | undefined
  readonly checkpoint: Checkpoint | undefined
  phase: Phase
  /** Whether it waits again after its pause, because the whole queue was paused. */
  waitsAgain: boolean
  needsSource: boolean
  /** As counted in the sums. */
  total: number | null
  committed: number
  resumed: number
  bytesPerSecond: number
}

/** Milliseconds between two `progress` events. */
const PROGRESS_INTERVAL_MS = 100

/**
 * A queue of uploads. Their tasks are those of `upload`: each can be paused, continued and aborted by itself. One that is
 * continued by itself runs at once, also above the limit.
 */
export class UploadQueue implements Iterable<UploadTask> {
  readonly #uploader: Uploader
  readonly #files: number
  readonly #order: 'fifo' | 'smallest-first' | 'round-robin'
  readonly #parts: Parallel | undefined
  readonly #waitingRoom: WaitingRoom | undefined
  readonly #labelTurns = new Map<string | undefined, number>()
  /** The turn of the last upload that began: labels that come later begin there. */
  #turn = 0
  readonly #turns: Turns
  readonly #presence: Presence
  readonly #entries = new Map<UploadTask, Entry>()
  readonly #listeners = { progress: new Set<never>(), task: new Set<never>(), idle: new Set<never>() }
  /** Those in phase `waiting`, the next one last; and some that have left it. */
  #waiting: Entry[] = []
  #isHeld = false
  #added = 0
  #running = 0
  #isIdle = true
  #reportedAt = 0

  constructor(uploader: Uploader, options: QueueOptions = {}) {
    const { files = uploader.limits.files, order = 'fifo' } = options
    this.#uploader = uploader
    this.#files = Math.max(1, files)
    this.#order = order
    this.#parts = options.parts
    const { checkpoints } = uploader
    if (options.persist === true && checkpoints !== undefined) {
      this.#waitingRoom = new WaitingRoom(checkpoints, uploader.requester.address.endpoint)
    }
    this.#turns = turnsOf(uploader.requester, uploader.limits.filesInAll)
    this.#presence = new Presence(options)
  }

  /** Adds an upload. It starts when it is its turn. */
  add({ source, priority = 0, ...options }: QueueItem): UploadTask {
    const task = this.#enter(source, options, priority, undefined)
    this.#waitingRoom?.enter(task, source, options)
    return task
  }

  /** Adds files by their names, or in a folder by their paths, below `prefix`, or under the keys that `key` returns. */
  addFiles(
    files: Iterable<File | NamedFile | FileHandleLike>,
    { prefix = '', key = (_, path) => path, ...options }: AddFilesOptions = {},
  ): UploadTask[] {
    return Array.from(files, (given) => {
      const { source, path } = named(given)
      const type = source instanceof Blob ? source.type : (contentTypeOf(source.name) ?? '')
      const contentType = type === '' ? {} : { contentType: type }
      return this.add({ ...contentType, ...options, source, key: prefix + key(source, path) })
    })
  }

  /**
   * Adds the unfinished uploads of this endpoint that the client's checkpoint store knows, held until they are resumed. One whose
   * file cannot be opened again needs it from the user.
   */
  async restore(): Promise<RestoredUpload[]> {
    const store = this.#uploader.checkpoints
    const restored: RestoredUpload[] = []
    if (store === undefined) return restored
    const known = new Set<string | undefined>()
    for (const { task, checkpoint } of this.#entries.values()) {
      known.add((checkpoint ?? task.checkpoint)?.id).add(waitingId(task))
    }
    for await (const checkpoint of store.list({ endpoint: this.#uploader.requester.address.endpoint })) {
      if (known.has(checkpoint.id)) continue
      const handle = await store.getHandle?.(checkpoint.id)
      const { path } = checkpoint
      const source = handle ?? (path === undefined ? undefined : { path })
      const task = this.#enter(source, restoredOptions(checkpoint), 0, checkpoint)
      if (checkpoint.uploadId === '') this.#waitingRoom?.adopt(task, checkpoint.id)
      restored.push({ task, needsSource: source === undefined })
    }
    return restored
  }

  /** Finds, for each file that a user has chosen again, the restored upload that began with it. */
  async match(files: Iterable<File>): Promise<{ readonly file: File; readonly task: UploadTask | undefined }[]> {
    const matched = []
    for (const file of files) {
      const fingerprint = await blobSource(file, crc64).fingerprint()
      const wanted = [...this.#entries.values()].find(
        ({ needsSource, checkpoint, phase }) =>
          needsSource && phase === 'held' && checkpoint?.fingerprint === fingerprint,
      )
      matched.push({ file, task: wanted?.task })
    }
    return matched
  }

  /** Pauses all running uploads, and starts no more. With `drain` parts on the wire are finished first. */
  async pauseAll(options: { readonly drain?: boolean } = {}): Promise<void> {
    this.#isHeld = true
    const running = this.#inPhase('running')
    for (const entry of running) entry.waitsAgain = true
    await Promise.all(running.map(({ task }) => task.pause(options)))
  }

  /** Lets uploads take turns again, those that were paused by themselves included. */
  resumeAll(): void {
    this.#isHeld = false
    for (const entry of this.#inPhase('held')) if (!entry.needsSource) this.#wait(entry)
    this.#advance()
  }

  /** Puts failed uploads back into the queue. */
  retryFailed(): void {
    for (const entry of this.#inPhase('ended')) if (entry.task.state === 'failed') this.#wait(entry)
    this.#advance()
  }

  /** Aborts all uploads that have not ended and deletes what the server has of them. */
  async abortAll(): Promise<void> {
    const left = [...this.#entries.values()].filter(({ phase }) => phase !== 'ended')
    for (const entry of left) if (entry.phase === 'waiting') entry.phase = 'held'
    await Promise.all(left.map(({ task }) => task.abort()))
  }

  /** Forgets uploads that have ended: all, or those `done` or `failed`. */
  clear(which?: 'done' | 'failed'): void {
    for (const { task } of this.#inPhase('ended')) {
      if (which === undefined || task.state === which) this.#entries.delete(task)
    }
  }

  /** The uploads in the order in which they were added. */
  [Symbol.iterator](): Iterator<UploadTask> {
    return this.#entries.keys()
  }

  get progress(): QueueProgress {
    const files = { total: this.#entries.size, done: 0, failed: 0, active: 0, paused: 0 }
    const bytes = { total: 0 as number | null, committed: 0, resumed: 0 }
    let bytesPerSecond = 0
    for (const { task, phase, total, committed, resumed, bytesPerSecond: speed } of this.#entries.values()) {
      if (task.state === 'done') files.done += 1
      else if (task.state === 'failed' && phase === 'ended') files.failed += 1
      else if (phase === 'running') files.active += 1
      else if (phase === 'held') files.paused += 1
      bytes.total = bytes.total === null || total === null ? null : bytes.total + total
      bytes.committed += committed
      bytes.resumed += resumed
      if (phase === 'running') bytesPerSecond += speed
    }
    const left = bytes.total === null || bytesPerSecond === 0 ? null : bytes.total - bytes.committed
    return { files, bytes, bytesPerSecond, etaMs: left === null ? null : Math.round((left / bytesPerSecond) * 1000) }
  }

  /** Calls back on events of one type; returns what ends that. */
  on<Type extends keyof QueueEvents>(type: Type, listener: (event: QueueEvents[Type]) => void): () => void {
    const listeners = this.#listeners[type] as Set<unknown>
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  #enter(
    source: UploadSource | undefined,
    options: UploadOptions,
    priority: number,
    checkpoint: Checkpoint | undefined,
  ): UploadTask {
    const parallel = this.#parts === undefined ? {} : { parallel: this.#parts }
    const task = this.#uploader.upload(source, {
      ...parallel,
      ...options,
      start: checkpoint === undefined ? 'queued' : 'paused',
    })
    const size = checkpoint?.size ?? options.size ?? sizeOf(source)
    this.#added += 1
    const entry: Entry = {
      ...{ task, priority, number: this.#added, turn: this.#turnOf(options.label), size, checkpoint },
      phase: 'held',
      waitsAgain: false,
      needsSource: source === undefined,
      ...{ total: size ?? null, committed: 0, resumed: 0, bytesPerSecond: 0 },
    }
    this.#entries.set(task, entry)
    if (checkpoint === undefined) this.#wait(entry)
    task.on('state', ({ to }) => this.#changed(entry, to))
    task.on('progress', (progress) => this.#moved(entry, progress))
    this.#emit('task', task)
    queueMicrotask(() => this.#advance())
    return task
  }

  #turnOf(label: string | undefined): number {
    const turn = Math.max(this.#turn, this.#labelTurns.get(label) ?? 0)
    this.#labelTurns.set(label, turn + 1)
    return turn
  }

  #changed(entry: Entry, state: TransferState): void {
    const was = entry.phase
    if (state === 'paused' || state === 'done' || state === 'failed' || state === 'aborted') {
      entry.phase = state === 'paused' ? 'held' : 'ended'
      if (state === 'paused' && entry.waitsAgain) this.#wait(entry)
      entry.waitsAgain = false
      if (was === 'running') this.#release()
    } else if (was !== 'running') this.#begin(entry)
    this.#emit('task', entry.task)
    this.#report(false)
    // not in the middle of a change of the task's state
    queueMicrotask(() => this.#advance())
  }

  #begin(entry: Entry): void {
    entry.phase = 'running'
    entry.needsSource = false
    this.#turn = Math.max(this.#turn, entry.turn)
    this.#running += 1
    this.#turns.take()
  }

  #release(): void {
    this.#running -= 1
    this.#turns.release()
  }

  #advance(): void {
    while (!this.#isHeld && this.#running < this.#files) {
      const next = this.#next()
      if (next === undefined) break
      if (!this.#turns.isFree) {
        this.#turns.whenFree(() => this.#advance())
        break
      }
      this.#begin(next)
      next.task.resume()
    }
    const isBusy = this.#running > 0 || this.#next() !== undefined
    this.#presence.set(isBusy)
    if (this.#isIdle !== isBusy) return
    this.#isIdle = !isBusy
    if (!this.#isIdle) return
    this.#report(true)
    this.#emit('idle', undefined)
  }

  #next(): Entry | undefined {
    for (;;) {
      const next = this.#waiting.at(-1)
      if (next === undefined || next.phase === 'waiting') return next
      this.#waiting.pop()
    }
  }

  #wait(entry: Entry): void {
    entry.phase = 'waiting'
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#isBefore(entry, this.#waiting[middle] as Entry)) low = middle + 1
      else high = middle
    }
    this.#waiting.splice(low, 0, entry)
  }

  #isBefore(one: Entry, other: Entry): boolean {
    if (one.priority !== other.priority) return one.priority > other.priority
    if (this.#order === 'round-robin' && one.turn !== other.turn) return one.turn < other.turn
    if (this.#order !== 'smallest-first') return one.number < other.number
    const unknown = Number.POSITIVE_INFINITY
    const [size, otherSize] = [one.size ?? unknown, other.size ?? unknown]
    return size === otherSize ? one.number < other.number : size < otherSize
  }

  #inPhase(phase: Phase): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.phase === phase)
  }

  #moved(entry: Entry, { total, committed, resumed, bytesPerSecond }: Progress): void {
    entry.total = total ?? entry.size ?? null
    entry.committed = committed
    entry.resumed = resumed
    entry.bytesPerSecond = bytesPerSecond
    this.#report(false)
  }

  #report(isUrgent: boolean): void {
    if (this.#listeners.progress.size === 0) return
    const now = Date.now()
    if (!isUrgent && now - this.#reportedAt < PROGRESS_INTERVAL_MS) return
    this.#reportedAt = now
    this.#emit('progress', this.progress)
  }

  #emit<Type extends keyof QueueEvents>(type: Type, event: QueueEvents[Type]): void {
    for (const listener of this.#listeners[type] as Set<(event: QueueEvents[Type]) => void>) listener(event)
  }
}

function restoredOptions(checkpoint: Checkpoint): UploadOptions {
  const { bucket, key, options, partSize, label, fingerprint, uploadId } = checkpoint
  return {
    ...options,
    ...{ bucket, key },
    ...(partSize === 0 ? {} : { partSize }),
    ...(fingerprint === '' ? {} : { expectFingerprint: fingerprint }),
    ...(uploadId === '' ? {} : { multipartThreshold: 1 }),
    ...(label === undefined ? {} : { label }),
  }
}

/** A file or handle, and its path below the folder that it was chosen with. */
function named(given: File | NamedFile | FileHandleLike): { source: File | FileHandleLike; path: string } {
  if ('path' in given) return { source: given.file, path: given.path }
  const path = given instanceof Blob ? given.webkitRelativePath || given.name : given.name
  return { source: given, path }
}

/** Bytes, where they are known without opening the source. */
function sizeOf(source: UploadSource | undefined): number | undefined {
  if (source instanceof Blob) return source.size
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source.byteLength
  const { size } = (typeof source === 'object' ? source : {}) as { readonly size?: unknown }
  return typeof size === 'number' ? size : undefined
}
