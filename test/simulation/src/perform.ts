/** Turns a step into requests as clients send them, and the responses into the model's form. */
import {
  call,
  element,
  elements,
  partList,
  type StartedService,
  type TestRequest,
  type TestResponse,
} from '@bindery/service/testing'
import { StorageError } from '@bindery/storage'
import { callbackHeader } from './application.js'
import { contentOf, intern } from './contents.js'
import type { Names } from './names.js'
import {
  type Answer,
  type AutoComplete,
  type Callback,
  type Place,
  type Range,
  type StatedEncryption,
  type Step,
  type StepOf,
  splitPlace,
  type VersionSymbol,
} from './steps.js'

/** The most pages that are requested: a listing that does not end is a fault. */
const PAGES_MAX = 200

/** Resolves to the answer; `lost` if the stores failed, so that the outcome is unknown. */
export async function perform(started: StartedService, step: Step, names: Names): Promise<Answer> {
  try {
    return await new Performer(started, names).perform(step)
  } catch (error) {
    if (error instanceof Lost || isPassing(error)) return 'lost'
    return { thrown: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** A success of HTTP, but with an error document. */
const CALLBACK_FAILED = 203

/** The service reported an unknown outcome, or is unavailable. */
class Lost extends Error {}

/** A store that is unavailable for a moment; any other failure of a store is a fault of the service. */
function isPassing(error: unknown): boolean {
  return error instanceof StorageError && (error.kind === 'unavailable' || error.kind === 'conflict')
}

type Query = Readonly<Record<string, string | undefined>>

class Performer {
  readonly #started: StartedService
  readonly #names: Names

  constructor(started: StartedService, names: Names) {
    this.#started = started
    this.#names = names
  }

  perform(step: Step): Promise<Answer> {
    switch (step.kind) {
      case 'put':
        return this.#put(step)
      case 'append':
        return this.#append(step)
      case 'get':
        return this.#get(step)
      case 'delete':
        return this.#delete(step)
      case 'copy':
        return this.#copy(step)
      case 'initiate':
        return this.#initiate(step)
      case 'part':
        return this.#part(step)
      case 'copyPart':
        return this.#copyPart(step)
      case 'complete':
        return this.#complete(step)
      case 'abort':
        return this.#plain({ method: 'DELETE', ...splitPlace(step.place), query: this.#upload(step) })
      case 'listParts':
        return this.#listParts(step)
      case 'listUploads':
        return this.#listUploads(step)
      case 'listObjects':
        return this.#listObjects(step)
      case 'listVersions':
        return this.#listVersions(step)
      case 'setVersioning':
        return this.#setVersioning(step)
      case 'stat':
        return this.#stat(step)
    }
  }

  /** The response. Throws the answer if the service refuses. */
  async #ask(request: TestRequest): Promise<TestResponse> {
    const response = await call(this.#started, request)
    if (response.status < 500) return response
    const { failure } = response.log
    if (isPassing(failure)) throw new Lost()
    throw failure instanceof Error ? failure : new Error(`${response.status}: ${response.text}`)
  }

  async #plain(request: TestRequest, describe: (response: TestResponse) => Answer = () => ({})): Promise<Answer> {
    const response = await this.#ask(request)
    const { status } = response
    if (status >= 300 || status === CALLBACK_FAILED) return { status, code: element(response.text, 'Code') }
    return { status, ...(describe(response) as object) }
  }

  #put({ place, content, forbid, meta, encryption, callback }: StepOf<'put'>): Promise<Answer> {
    const headers = { 'x-oss-meta-mark': meta, ...forbidding(forbid), ...encrypting(encryption), ...calling(callback) }
    return this.#plain(
      { method: 'PUT', ...splitPlace(place), body: contentOf(content).bytes, headers },
      (response) => ({
        ...tagsAndAnswer(response),
        version: versionOf(response),
      }),
    )
  }

  #append({ place, position, content, meta, encryption }: StepOf<'append'>): Promise<Answer> {
    const query = { append: undefined, position: String(position) }
    const headers = { 'x-oss-meta-mark': meta, ...encrypting(encryption) }
    const request = { method: 'POST', ...splitPlace(place), query, headers, body: contentOf(content).bytes }
    return this.#plain(request, (response) => ({
      ...tags(response),
      version: versionOf(response),
      next: response.headers['x-oss-next-append-position'],
    }))
  }

  #delete({ place, version }: StepOf<'delete'>): Promise<Answer> {
    return this.#plain({ method: 'DELETE', ...splitPlace(place), query: this.#version(version) }, (response) => ({
      version: versionOf(response),
      marker: response.headers['x-oss-delete-marker'],
    }))
  }

  #get({ place, version, range }: StepOf<'get'>): Promise<Answer> {
    const headers: Record<string, string> = range === undefined ? {} : { range: rangeHeader(range) }
    const request = { method: 'GET', ...splitPlace(place), query: this.#version(version), headers }
    return this.#plain(request, (response) => ({
      ...tags(response),
      version: versionOf(response),
      content: intern(response.bytes),
      md5: md5Of(response.headers['content-md5']),
      type: response.headers['x-oss-object-type'],
      meta: response.headers['x-oss-meta-mark'] ?? '',
      encryption: response.headers[ENCRYPTION],
      storageClass: response.headers['x-oss-storage-class'],
    }))
  }

  #copy({ source, sourceVersion, place, forbid, meta, encryption }: StepOf<'copy'>): Promise<Answer> {
    const marked: Record<string, string> =
      meta === undefined ? {} : { 'x-oss-meta-mark': meta, 'x-oss-metadata-directive': 'REPLACE' }
    const stated = { ...marked, ...forbidding(forbid), ...encrypting(encryption) }
    const headers = { ...this.#copySource(source, sourceVersion), ...stated }
    return this.#plain({ method: 'PUT', ...splitPlace(place), headers }, (response) => ({
      ...tags(response),
      version: versionOf(response),
      from: response.headers['x-oss-copy-source-version-id'],
    }))
  }

  #initiate({ place, upload, meta, forbid, encryption, sequential, auto }: StepOf<'initiate'>): Promise<Answer> {
    const query = { uploads: undefined, ...(sequential && { sequential: '' }) }
    const marked = { 'x-oss-meta-mark': meta, ...encrypting(encryption) }
    const headers = { ...marked, ...forbidding(forbid), ...completingItself(auto) }
    return this.#plain({ method: 'POST', ...splitPlace(place), query, headers }, ({ text }) => {
      this.#names.learnUpload(upload, element(text, 'UploadId') ?? '')
      return {}
    })
  }

  #part({ place, number, content, ...step }: StepOf<'part'>): Promise<Answer> {
    const query = { partNumber: String(number), ...this.#upload(step) }
    return this.#plain({ method: 'PUT', ...splitPlace(place), query, body: contentOf(content).bytes }, tags)
  }

  #copyPart({ place, number, source, sourceVersion, range, ...step }: StepOf<'copyPart'>): Promise<Answer> {
    const query = { partNumber: String(number), ...this.#upload(step) }
    const ranged: Record<string, string> = range === undefined ? {} : { 'x-oss-copy-source-range': rangeHeader(range) }
    const headers = { ...this.#copySource(source, sourceVersion), ...ranged }
    return this.#plain({ method: 'PUT', ...splitPlace(place), query, headers }, (response) => ({
      ...tags(response),
      contentRange: response.headers['content-range'],
      from: response.headers['x-oss-copy-source-version-id'],
    }))
  }

  #complete({ place, parts, forbid, callback, ...step }: StepOf<'complete'>): Promise<Answer> {
    const headers = { ...forbidding(forbid), ...calling(callback) }
    const request = { method: 'POST', ...splitPlace(place), query: this.#upload(step), headers }
    const shown = (response: TestResponse) => ({ ...tagsAndAnswer(response), version: versionOf(response) })
    if (parts === 'all') return this.#plain({ ...request, headers: { ...headers, 'x-oss-complete-all': 'yes' } }, shown)
    const body = partList(parts.map(({ number, tag }) => [number, this.#names.real(tag)]))
    return this.#plain({ ...request, body }, shown)
  }

  async #listParts({ place, after, max, ...step }: StepOf<'listParts'>): Promise<Answer> {
    const request = { method: 'GET', ...splitPlace(place) }
    return this.#pages({ 'part-number-marker': String(after) }, (marker) => ({
      request: { ...request, query: { ...this.#upload(step), 'max-parts': String(max), ...marker } },
      entries: (text) =>
        blocks(text, 'Part').map((part) => ({
          number: Number(element(part, 'PartNumber')),
          etag: tagOf(element(part, 'ETag')),
          size: Number(element(part, 'Size')),
          crc: element(part, 'HashCrc64ecma'),
        })),
      next: (text) => ({ 'part-number-marker': element(text, 'NextPartNumberMarker') }),
    }))
  }

  #listUploads({ bucket, prefix, delimiter, marker, max, after }: StepOf<'listUploads'>): Promise<Answer> {
    const fixed = { uploads: undefined, ...texts({ prefix, delimiter }), 'max-uploads': String(max) }
    const afterId = after === undefined ? {} : { 'upload-id-marker': this.#names.idOf(after) }
    return this.#pages({ ...texts({ 'key-marker': marker }), ...afterId }, (from) => ({
      request: { method: 'GET', bucket, query: { ...fixed, ...from } },
      entries: (text) => [
        ...blocks(text, 'Upload').map((upload) => ({
          key: element(upload, 'Key'),
          upload: element(upload, 'UploadId'),
        })),
        ...prefixesOf(text),
      ],
      next: (text) => ({
        'key-marker': element(text, 'NextKeyMarker'),
        'upload-id-marker': element(text, 'NextUploadIdMarker'),
      }),
    }))
  }

  #listObjects({ bucket, version, prefix, delimiter, marker, max }: StepOf<'listObjects'>): Promise<Answer> {
    const fixed = {
      ...(version === 2 && { 'list-type': '2' }),
      ...texts({ prefix, delimiter }),
      'max-keys': String(max),
    }
    const start = texts(version === 1 ? { marker } : { 'start-after': marker })
    return this.#pages(start, (from) => ({
      request: { method: 'GET', bucket, query: { ...fixed, ...from } },
      entries: (text) => [
        ...blocks(text, 'Contents').map((object) => ({
          key: element(object, 'Key'),
          etag: tagOf(element(object, 'ETag')),
          size: Number(element(object, 'Size')),
          type: element(object, 'Type'),
        })),
        ...prefixesOf(text),
      ],
      next: (text) =>
        version === 1
          ? { marker: element(text, 'NextMarker') }
          : { 'continuation-token': element(text, 'NextContinuationToken') },
    }))
  }

  #listVersions({ bucket, prefix, delimiter, marker, max }: StepOf<'listVersions'>): Promise<Answer> {
    const fixed = { versions: undefined, ...texts({ prefix, delimiter }), 'max-keys': String(max) }
    return this.#pages(texts({ 'key-marker': marker }), (from) => ({
      request: { method: 'GET', bucket, query: { ...fixed, ...from } },
      entries: (text) => [...listedVersions(text), ...prefixesOf(text)],
      next: (text) =>
        texts({
          'key-marker': element(text, 'NextKeyMarker') ?? '',
          'version-id-marker': element(text, 'NextVersionIdMarker') ?? '',
        }),
    }))
  }

  #setVersioning({ bucket, status }: StepOf<'setVersioning'>): Promise<Answer> {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
    return this.#plain({ method: 'PUT', bucket, query: { versioning: undefined }, body })
  }

  /** All pages of a listing from a marker on. */
  async #pages(
    start: Query,
    page: (marker: Query) => {
      readonly request: TestRequest
      readonly entries: (text: string) => readonly object[]
      readonly next: (text: string) => Query
    },
  ): Promise<Answer> {
    const pages: (readonly object[])[] = []
    for (let marker = start; pages.length < PAGES_MAX; ) {
      const { request, entries, next } = page(marker)
      const { status, text } = await this.#ask(request)
      if (status !== 200) return { status, code: element(text, 'Code') }
      pages.push(entries(text))
      if (element(text, 'IsTruncated') !== 'true') return { status, pages }
      marker = next(text)
    }
    throw new Error('a listing has no end')
  }

  #stat({ bucket }: StepOf<'stat'>): Promise<Answer> {
    return this.#plain({ method: 'GET', bucket, query: { stat: undefined } }, ({ text }) => ({
      objects: Number(element(text, 'ObjectCount')),
      markers: Number(element(text, 'DeleteMarkerCount')),
      storage: Number(element(text, 'Storage')),
      uploads: Number(element(text, 'MultipartUploadCount')),
      parts: Number(element(text, 'MultipartPartCount')),
    }))
  }

  #version(version: VersionSymbol | undefined): Query {
    return version === undefined ? {} : { versionId: this.#names.versionId(version) }
  }

  #copySource(source: Place, version: VersionSymbol | undefined): Record<string, string> {
    const { bucket, key } = splitPlace(source)
    const suffix = version === undefined ? '' : `?versionId=${this.#names.versionId(version)}`
    return { 'x-oss-copy-source': `/${bucket}/${encodeURIComponent(key)}${suffix}` }
  }

  #upload({ upload }: { readonly upload: string }): { readonly uploadId: string } {
    return { uploadId: this.#names.idOf(upload) }
  }
}

type Tags = { readonly etag: string; readonly crc: string | undefined }

function tags(response: TestResponse): Tags {
  const { headers } = response
  const inDocument = headers['content-type'] === 'application/xml' ? elements(response.text, 'ETag') : []
  const etag = tagOf(headers.etag ?? inDocument[0])
  if (inDocument.some((other) => tagOf(other) !== etag)) throw new Error(`two ETags: ${headers.etag}, ${response.text}`)
  return { etag, crc: headers['x-oss-hash-crc64ecma'] }
}

/** Includes the answer of the application, if it was called. */
function tagsAndAnswer(response: TestResponse): Tags & { readonly said?: unknown } {
  if (response.headers['content-type'] !== 'application/json') return tags(response)
  return { ...tags(response), said: (JSON.parse(response.text) as { said?: unknown }).said }
}

const ENCRYPTION = 'x-oss-server-side-encryption'
const encrypting = (algorithm: StatedEncryption): Record<string, string> =>
  algorithm === undefined ? {} : { [ENCRYPTION]: algorithm }
const tagOf = (quoted: string | undefined): string => (quoted ?? '').replaceAll('"', '')
const forbidding = (forbid: boolean): Record<string, string> => (forbid ? { 'x-oss-forbid-overwrite': 'true' } : {})
const calling = (callback: Callback | undefined) => (callback === undefined ? {} : callbackHeader(callback))
const md5Of = (base64: string | undefined): string | undefined =>
  base64 && Buffer.from(base64, 'base64').toString('hex').toUpperCase()

function completingItself(auto: AutoComplete | undefined): Record<string, string> {
  if (auto === undefined) return {}
  const whole = auto.parts === undefined ? `size=${auto.size}` : `parts=${auto.parts}`
  return { 'x-oss-ext-auto-complete': auto.crc === undefined ? whole : `${whole}; crc64=${auto.crc}` }
}

const rangeHeader = ({ start, end }: Range): string => `bytes=${start}-${end - 1}`

/** The parameters that have a value. */
function texts(parameters: Readonly<Record<string, string>>): Query {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
}

function blocks(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, block = '']) => block)
}

/** Versions and delete markers in their order. */
function listedVersions(text: string): object[] {
  return [...text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)].map(([, name, block = '']) => {
    const isMarker = name === 'DeleteMarker'
    const data = isMarker
      ? { marker: true }
      : { etag: tagOf(element(block, 'ETag')), size: Number(element(block, 'Size')), type: element(block, 'Type') }
    const [key, version] = [element(block, 'Key'), element(block, 'VersionId')]
    return { key, version, latest: element(block, 'IsLatest') === 'true', ...data }
  })
}

const versionOf = ({ headers }: TestResponse): string | undefined => headers['x-oss-version-id']

function prefixesOf(text: string): { readonly prefix: string | undefined }[] {
  return blocks(text, 'CommonPrefixes').map((block) => ({ prefix: element(block, 'Prefix') }))
}
