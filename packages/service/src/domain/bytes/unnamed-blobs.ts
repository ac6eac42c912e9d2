/** Blobs that no record names, and that their process could not free yet. */
import type { BlobId, BlobInfo, Bytes } from '@bindery/storage'

/** Blobs that one process remembers; more are found as orphans when it has ended. */
const REMEMBERED_MAX = 10_000

/** A blob, and the key of the record that was to name it. */
export interface UnnamedBlob extends Pick<BlobInfo, 'id' | 'size'> {
  readonly owner: Bytes
}

/** The blobs of one process that wait until a store answers. */
export class UnnamedBlobs {
  readonly #waiting = new Map<BlobId, UnnamedBlob>()

  add(blob: UnnamedBlob): void {
    if (this.#waiting.size < REMEMBERED_MAX) this.#waiting.set(blob.id, blob)
  }

  remove({ id }: UnnamedBlob): void {
    this.#waiting.delete(id)
  }

  all(): readonly UnnamedBlob[] {
    return [...this.#waiting.values()]
  }
}
