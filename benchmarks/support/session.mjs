// One target under test: a client, its own bucket, and the preparations that workloads need.

import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from './client.mjs'

const DISK_MS_MAX = 60_000
const BYTES_MAX = 64 * 1024 * 1024
/** Random, so that compression gains nothing. */
const content = Buffer.alloc(BYTES_MAX)
randomFillSync(content)

/** The first `size` bytes of one shared buffer. @param {number} size */
export function bytesOf(size) {
  return content.subarray(0, size)
}

export class Session {
  client
  bucket
  target
  #keys = 0

  /** @param {import('./targets.mjs').Target} target */
  constructor(target) {
    this.target = target
    this.client = new Client(target)
    this.bucket = `bench-${process.pid}-${Date.now().toString(36)}`
  }

  async open() {
    if (this.target.files !== undefined) return
    await this.client.call({ method: 'PUT', bucket: this.bucket })
  }

  close() {
    this.client.close()
  }

  /** A new key. @param {string} [prefix] */
  newKey(prefix = 'k') {
    this.#keys += 1
    return `${prefix}/${String(this.#keys).padStart(8, '0')}`
  }

  /** A signed request for an object. @param {string} method @param {string} key */
  object(method, key, { body, status, answerBytes, query, headers } = {}) {
    const { bucket } = this
    return this.client.prepare({ method, bucket, key, body, status, answerBytes, query, headers })
  }

  /** The headers that name an object, or a range of it, as the source of a copy. */
  copySource(key, range) {
    const { prefix } = this.client
    return {
      [`${prefix}copy-source`]: `/${this.bucket}/${key}`,
      ...(range !== undefined && { [`${prefix}copy-source-range`]: `bytes=${range.start}-${range.end - 1}` }),
    }
  }

  /** Uploads objects and returns their keys. @param {number} count @param {number} size */
  async putObjects(count, size, prefix = 'object', inFlight = 8) {
    const keys = Array.from({ length: count }, () => this.newKey(prefix))
    if (this.target.files !== undefined) {
      for (const key of keys) await this.#writeFile(this.target.files, key, size)
      return keys
    }
    const puts = keys.map((key) => this.object('PUT', key, { body: bytesOf(size) }))
    await this.client.drive(puts, inFlight)
    return keys
  }

  /** Disk space of a local target's folder, in bytes. */
  diskBytes() {
    const { folder } = this.target
    if (folder === undefined) throw new Error(`${this.target.name} has no local folder`)
    return Number(execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0])
  }

  /** Waits, for a minute at most, until the disk space of the target satisfies `isRight`. */
  async untilDisk(isRight) {
    for (const end = performance.now() + DISK_MS_MAX; !isRight(this.diskBytes()); await sleep(100)) {
      if (performance.now() > end) throw new Error(`${this.target.name} did not free the space within a minute`)
    }
  }

  async #writeFile(folder, key, size) {
    const file = path.join(folder, this.bucket, key)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, bytesOf(size))
  }

  /** Initiates a multipart upload. @returns {Promise<Upload>} */
  async initiate(key = this.newKey('upload')) {
    const query = [['uploads', undefined]]
    const { content: document } = await this.client.call({ method: 'POST', bucket: this.bucket, key, query })
    const uploadId = /<UploadId>([^<]+)</.exec(document.toString())?.[1]
    if (uploadId === undefined) throw new Error(`${this.target.name} returned no UploadId`)
    return new Upload(this, key, uploadId.replaceAll('&amp;', '&'))
  }
}

/** A multipart upload in progress. */
export class Upload {
  #session
  key
  uploadId

  constructor(session, key, uploadId) {
    this.#session = session
    this.key = key
    this.uploadId = uploadId
  }

  /** A signed UploadPart. @param {number} partNumber @param {Buffer} body */
  part(partNumber, body) {
    return this.#session.object('PUT', this.key, { body, query: this.#query(partNumber) })
  }

  /** A signed UploadPartCopy. */
  partCopy(partNumber, sourceKey, range) {
    const headers = this.#session.copySource(sourceKey, range)
    return this.#session.object('PUT', this.key, { query: this.#query(partNumber), headers })
  }

  /** A signed CompleteMultipartUpload of all parts in ascending order. */
  async complete() {
    const parts = await this.parts()
    const items = parts.map(
      ({ partNumber, etag }) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`,
    )
    const body = Buffer.from(`<CompleteMultipartUpload>${items.join('')}</CompleteMultipartUpload>`)
    return this.#session.object('POST', this.key, { body, query: [['uploadId', this.uploadId]] })
  }

  /** A signed AbortMultipartUpload. */
  abort() {
    return this.#session.object('DELETE', this.key, { status: 204, query: [['uploadId', this.uploadId]] })
  }

  /** A signed ListParts for a page of 1,000. @param {number} marker */
  page(marker) {
    const query = [
      ['max-parts', '1000'],
      ['part-number-marker', String(marker)],
      ['uploadId', this.uploadId],
    ]
    return this.#session.object('GET', this.key, { query })
  }

  /** The parts that ListParts returns, page by page. */
  async parts() {
    const { client, bucket } = this.#session
    const parts = []
    for (let marker = '0'; marker !== ''; ) {
      const query = [
        ['max-parts', '1000'],
        ['part-number-marker', marker],
        ['uploadId', this.uploadId],
      ]
      const { content: document } = await client.call({ method: 'GET', bucket, key: this.key, query })
      const text = document.toString()
      for (const [part] of text.matchAll(/<Part>.*?<\/Part>/gs)) {
        parts.push({ partNumber: Number(element(part, 'PartNumber')), etag: element(part, 'ETag') })
      }
      marker = element(text, 'IsTruncated') === 'true' ? element(text, 'NextPartNumberMarker') : ''
    }
    return parts
  }

  #query(partNumber) {
    return [
      ['partNumber', String(partNumber)],
      ['uploadId', this.uploadId],
    ]
  }
}

/** The raw text of the first element with a name. */
function element(document, name) {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1] ?? ''
}
