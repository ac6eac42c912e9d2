/** Records of uploads that wait for their turn, so that another page or process finds them. */
import { crc64 } from '@bindery/bytes'
import { objectOptions } from '../transfer/checkpoint.js'
import { blobSource, isHandle } from '../transfer/source.js'
import type { Checkpoint, CheckpointStore } from '../types/checkpoint.js'
import type { UploadOptions, UploadSource, UploadTask } from '../types/upload.js'

/** The name of the record of an upload that waits. */
export function waitingId({ id }: UploadTask): string {
  return `waiting-${id}`
}

/** Keeps a record of each upload until it has a checkpoint of its own, or has ended. */
export class WaitingRoom {
  readonly #store: CheckpointStore
  readonly #endpoint: string

  constructor(store: CheckpointStore, endpoint: string) {
    this.#store = store
    this.#endpoint = endpoint
  }

  /** Writes the record. A store that cannot keep it does no harm: the upload itself goes on. */
  enter(task: UploadTask, source: UploadSource, options: UploadOptions): void {
    const id = waitingId(task)
    this.#leaveAtEnd(
      task,
      id,
      this.#write(id, task, source, options).catch(() => {}),
    )
  }

  /** Takes over the record of an earlier page. */
  adopt(task: UploadTask, id: string): void {
    this.#leaveAtEnd(task, id, Promise.resolve())
  }

  async #write(id: string, task: UploadTask, source: UploadSource, options: UploadOptions): Promise<void> {
    const { partSize, label, size } = options
    const path =
      typeof source === 'object' && 'path' in source && typeof source.path === 'string' ? source.path : undefined
    const now = Date.now()
    const record: Checkpoint = {
      v: 1,
      ...{ id, endpoint: this.#endpoint, bucket: task.bucket, key: task.key, uploadId: '' },
      size: source instanceof Blob ? source.size : (size ?? null),
      partSize: typeof partSize === 'number' ? partSize : 0,
      fingerprint: source instanceof Blob ? await blobSource(source, crc64).fingerprint() : '',
      ...{ parts: [], options: objectOptions(options), createdAt: now, updatedAt: now },
      ...(label === undefined ? {} : { label }),
      ...(path === undefined ? {} : { path }),
    }
    if (isHandle(source)) await this.#store.putHandle?.(id, source)
    await this.#store.put(record)
  }

  #leaveAtEnd(task: UploadTask, id: string, written: Promise<void>): void {
    const ends = new AbortController()
    const leave = () => {
      ends.abort()
      void written.then(() => this.#store.delete(id)).catch(() => {})
    }
    const { signal } = ends
    task.on('checkpoint', leave, { signal })
    task.on('state', ({ to }) => (to === 'done' || to === 'aborted') && leave(), { signal })
  }
}
