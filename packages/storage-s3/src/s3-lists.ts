import { StorageError } from '@bindery/storage'
import type { Retries } from './retries.js'
import type { S3Client } from './s3-client.js'
import { storageErrorOf } from './s3-failure.js'
import { blocksOf, elementOf } from './s3-xml.js'

/** An object of a list. */
export interface ListedObject {
  /** Without the prefix of the store. */
  readonly key: string
  readonly bytes: number
}

/** An unfinished multipart upload. */
export interface ListedUpload {
  /** Without the prefix of the store. */
  readonly key: string
  readonly uploadId: string
}

/** Lists the objects and unfinished uploads of an S3 store, in order of their keys. */
export class S3Lists {
  readonly #client: S3Client
  readonly #retries: Retries
  readonly #prefix: string

  constructor(client: S3Client, retries: Retries, prefix: string) {
    this.#client = client
    this.#retries = retries
    this.#prefix = prefix
  }

  /** @param after a key without the prefix; '' for all */
  async *objects(after: string): AsyncGenerator<ListedObject, void> {
    let startAfter = after === '' ? '' : this.#prefix + after
    for (let isMore = true; isMore; ) {
      const query = { 'list-type': '2', prefix: this.#prefix, ...(startAfter && { 'start-after': startAfter }) }
      const text = await this.#page(query)
      const before = startAfter
      for (const block of blocksOf(text, 'Contents')) {
        const key = elementOf(block, 'Key') ?? ''
        startAfter = key
        yield { key: key.slice(this.#prefix.length), bytes: Number(elementOf(block, 'Size')) }
      }
      isMore = elementOf(text, 'IsTruncated') === 'true'
      if (isMore && startAfter === before) throw endless()
    }
  }

  /** @param prefix of keys, without that of the store */
  async *uploads(prefix: string, after = ''): AsyncGenerator<ListedUpload, void> {
    let marker = after === '' ? '' : this.#prefix + after
    let idMarker = ''
    for (let isMore = true; isMore; ) {
      const markers = { ...(marker && { 'key-marker': marker }), ...(idMarker && { 'upload-id-marker': idMarker }) }
      const text = await this.#page({ uploads: '', prefix: this.#prefix + prefix, ...markers })
      for (const block of blocksOf(text, 'Upload')) {
        const key = elementOf(block, 'Key') ?? ''
        yield { key: key.slice(this.#prefix.length), uploadId: elementOf(block, 'UploadId') ?? '' }
      }
      isMore = elementOf(text, 'IsTruncated') === 'true'
      const [next, nextId] = [elementOf(text, 'NextKeyMarker') ?? '', elementOf(text, 'NextUploadIdMarker') ?? '']
      if (isMore && (next === '' || (next === marker && nextId === idMarker))) throw endless()
      marker = next
      idMarker = nextId
    }
  }

  async #page(query: Readonly<Record<string, string>>): Promise<string> {
    try {
      const { text } = await this.#retries.run(() => this.#client.send({ method: 'GET', key: '', query }))
      return text
    } catch (error) {
      throw storageErrorOf(error, 'list')
    }
  }
}

/** A page that others follow, and behind which none begins. */
const endless = (): StorageError =>
  new StorageError('unavailable', 'the S3 store returns the same page of a list again')
