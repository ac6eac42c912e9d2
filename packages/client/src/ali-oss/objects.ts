/** The methods of ali-oss on objects. */
import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { base64, Md5, percentEncode, utf8Bytes } from '@bindery/bytes'
import { decoded } from '../wire/multipart.js'
import { all, type Element, escapeXml, textOf } from '../wire/xml.js'
import { callbackHeaders, documentOf, lowerCase, nameOf, Requests } from './requests.js'
import type { AliOssFile, AliOssRequest, AliOssResponse, AliOssUpload } from './types.js'

type Query = Readonly<Record<string, string | number | undefined>>

interface HasResponse {
  readonly res: AliOssResponse
}

/** An object of a listing. */
export interface ListedName {
  readonly name: string
  readonly url: string
  readonly lastModified: string
  readonly etag: string
  readonly type: string
  readonly size: number
  readonly storageClass: string
  readonly owner: { readonly id: string; readonly displayName: string } | null
}

/** Headers that ali-oss replaces the metadata for when it copies. */
const REPLACING = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
]

/** The methods on objects. Every failure is thrown as AliOssError. */
export class ObjectMethods extends Requests {
  /** Stores a buffer, a file by its path, or a stream in one request. A stream is read into memory, so that it can be sent again. */
  async put(name: string, file: AliOssFile, options: AliOssUpload = {}) {
    const { res, text } = await this.store({ method: 'PUT', key: name }, file, options)
    const stored = { name: nameOf(name), url: this.url(name), res }
    return options.callback === undefined ? stored : { ...stored, data: JSON.parse(text) as unknown }
  }

  putStream(name: string, stream: Readable, options: AliOssUpload = {}) {
    return this.put(name, stream, options)
  }

  /** Into memory, or where `file` is a path or a stream, there. */
  async get(name: string, file?: string | Writable | AliOssRequest, options: AliOssRequest = {}) {
    const isTarget = typeof file === 'string' || isWritable(file)
    const given = file === undefined || isTarget ? options : (file as AliOssRequest)
    const { res, stream } = await this.getStream(name, given)
    if (!isTarget) return { res, content: await buffer(stream) }
    await pipeline(stream, typeof file === 'string' ? createWriteStream(file) : (file as Writable))
    return { res, content: null }
  }

  async getStream(name: string, options: AliOssRequest & { readonly process?: string } = {}) {
    const { process, ...rest } = options
    const query = process === undefined ? {} : { 'x-oss-process': process }
    const { res, body } = await this.send({ method: 'GET', key: name, query }, rest, { isStream: true })
    return { name, res, stream: Readable.from(body, { objectMode: false }) }
  }

  /** `meta` is null where the object has none. */
  async head(name: string, options: AliOssRequest = {}) {
    const { res } = await this.send({ method: 'HEAD', key: name }, options)
    const meta = Object.entries(res.headers).flatMap(([header, value]) =>
      header.startsWith('x-oss-meta-') ? [[header.slice('x-oss-meta-'.length), value] as const] : [],
    )
    return { status: res.status, meta: meta.length === 0 ? null : Object.fromEntries(meta), res }
  }

  async getObjectMeta(name: string, options: AliOssRequest = {}) {
    const { res } = await this.send({ method: 'HEAD', key: name, query: { objectMeta: '' } }, options)
    return { status: res.status, res }
  }

  async delete(name: string, options: AliOssRequest = {}): Promise<HasResponse> {
    const { res } = await this.send({ method: 'DELETE', key: name }, options)
    return { res }
  }

  async deleteMulti(
    names: readonly (string | { readonly key: string; readonly versionId?: string })[],
    options: AliOssRequest & { readonly quiet?: boolean } = {},
  ) {
    if (!names?.length) throw new Error('names is required')
    const { quiet = false, ...rest } = options
    const objects = names.map((name) => deletion(typeof name === 'string' ? { key: name } : name))
    const document = utf8Bytes(`<Delete><Quiet>${quiet}</Quiet>${objects.join('')}</Delete>`)
    const md5 = new Md5()
    md5.update(document)
    const headers = { 'content-type': 'application/xml', 'content-md5': base64(md5.digest()) }
    const content = { headers, body: () => document, bodyLength: document.length }
    const query = { delete: '', 'encoding-type': 'url' }
    const answer = await this.send({ method: 'POST', query, ...content }, rest)
    const deleted = answer.text === '' ? [] : all(documentOf(answer), 'Deleted')
    return { res: answer.res, deleted: deleted.map(deletedKey) }
  }

  /** Query: `prefix`, `marker`, `delimiter`, `max-keys`. */
  async list(query: Query = {}, options: AliOssRequest = {}) {
    const answer = await this.send({ method: 'GET', query: texts({ ...query, 'encoding-type': 'url' }) }, options)
    const root = documentOf(answer)
    const nextMarker = textOf(root, 'NextMarker')
    return { ...this.#listed(root), res: answer.res, nextMarker: nextMarker ? decoded(nextMarker) : null }
  }

  /** Query: `prefix`, `start-after`, `delimiter`, `max-keys`, `continuation-token`, `fetch-owner`. */
  async listV2(query: Query = {}, options: AliOssRequest = {}) {
    const { continuationToken, ...rest } = query
    const token = continuationToken === undefined ? {} : { 'continuation-token': continuationToken }
    const sent = texts({ ...rest, ...token, 'list-type': '2', 'encoding-type': 'url' })
    const answer = await this.send({ method: 'GET', query: sent }, options)
    const root = documentOf(answer)
    return {
      ...this.#listed(root),
      res: answer.res,
      keyCount: Number(textOf(root, 'KeyCount')),
      continuationToken: textOf(root, 'ContinuationToken') ?? null,
      nextContinuationToken: textOf(root, 'NextContinuationToken') ?? null,
    }
  }

  /** `sourceName` is a name of the bucket, or `/bucket/name`; with `sourceBucket` a name of that. */
  async copy(
    name: string,
    sourceName: string,
    sourceBucket?: string | (AliOssUpload & AliOssRequest),
    options: AliOssUpload & AliOssRequest = {},
  ) {
    const given = typeof sourceBucket === 'object' ? sourceBucket : options
    const { meta, headers = {}, versionId, subres } = given
    const own = lowerCase(headers)
    // conditions are those of the source
    const conditions = Object.entries(own).map(([header, value]) => [`x-oss-copy-source-${header}`, value])
    const isReplaced = meta !== undefined || REPLACING.some((header) => header in own)
    const metaHeaders = Object.entries(meta ?? {}).map(([key, value]) => [
      `x-oss-meta-${key.toLowerCase()}`,
      String(value),
    ])
    const version = versionId === undefined ? '' : `?versionId=${versionId}`
    const sent = {
      ...own,
      ...Object.fromEntries([...conditions, ...metaHeaders]),
      ...(isReplaced ? { 'x-oss-metadata-directive': 'REPLACE' } : {}),
      'x-oss-copy-source': `${this.#sourceOf(sourceName, sourceBucket)}${version}`,
    }
    const answer = await this.send({ method: 'PUT', key: name, headers: sent }, subres === undefined ? {} : { subres })
    const root = documentOf(answer)
    return { data: { etag: textOf(root, 'ETag'), lastModified: textOf(root, 'LastModified') }, res: answer.res }
  }

  /** `/BUCKET/NAME`, with the name encoded. */
  #sourceOf(name: string, bucket: unknown): string {
    const [, named, rest = ''] = typeof bucket === 'string' ? [] : (/^\/([^/]+)\/(.*)$/s.exec(name) ?? [])
    const from = typeof bucket === 'string' ? bucket : (named ?? this.bucket)
    return `/${from}/${percentEncode(named === undefined ? nameOf(name) : rest)}`
  }

  async putMeta(name: string, meta: Record<string, string | number>, options: AliOssRequest = {}) {
    return this.copy(name, name, { ...options, meta })
  }

  async putACL(name: string, acl: string, options: AliOssRequest = {}): Promise<HasResponse> {
    const headers = { 'x-oss-object-acl': acl }
    const { res } = await this.send({ method: 'PUT', key: name, query: { acl: '' }, headers }, options)
    return { res }
  }

  async getACL(name: string, options: AliOssRequest = {}) {
    const answer = await this.send({ method: 'GET', key: name, query: { acl: '' } }, options)
    const root = documentOf(answer)
    const [owner] = all(root, 'Owner')
    const acl = textOf(all(root, 'AccessControlList')[0], 'Grant') ?? ''
    return { acl, owner: { id: textOf(owner, 'ID'), displayName: textOf(owner, 'DisplayName') }, res: answer.res }
  }

  /** The address of an object, without a signature. */
  generateObjectUrl(name: string, baseUrl?: string): string {
    if (baseUrl === undefined) return this.url(name)
    return `${baseUrl.replace(/\/?$/, '/')}${encodeURI(nameOf(name))}`
  }

  getObjectUrl(name: string, baseUrl?: string): string {
    return this.generateObjectUrl(name, baseUrl)
  }

  protected callbackHeadersOf({ callback }: AliOssUpload): Record<string, string> {
    return callbackHeaders(callback)
  }

  #listed(root: Element) {
    const prefixes = all(root, 'CommonPrefixes').map((one) => decoded(textOf(one, 'Prefix')))
    return {
      objects: all(root, 'Contents').map((one) => this.#listedName(one)),
      prefixes: prefixes.length === 0 ? null : prefixes,
      isTruncated: textOf(root, 'IsTruncated') === 'true',
    }
  }

  #listedName(one: Element): ListedName {
    const name = decoded(textOf(one, 'Key'))
    const [owner] = all(one, 'Owner')
    return {
      ...{ name, url: this.url(name) },
      lastModified: textOf(one, 'LastModified') ?? '',
      etag: textOf(one, 'ETag') ?? '',
      type: textOf(one, 'Type') ?? '',
      size: Number(textOf(one, 'Size')),
      storageClass: textOf(one, 'StorageClass') ?? '',
      owner:
        owner === undefined ? null : { id: textOf(owner, 'ID') ?? '', displayName: textOf(owner, 'DisplayName') ?? '' },
    }
  }
}

function deletion({ key, versionId }: { readonly key: string; readonly versionId?: string }): string {
  const version = versionId === undefined ? '' : `<VersionId>${escapeXml(versionId)}</VersionId>`
  return `<Object><Key>${escapeXml(nameOf(key))}</Key>${version}</Object>`
}

function deletedKey(one: Element): { readonly Key: string; readonly VersionId?: string } {
  const version = textOf(one, 'VersionId')
  return { Key: decoded(textOf(one, 'Key')), ...(version === undefined ? {} : { VersionId: version }) }
}

/** A query without what is not given. */
export function texts(query: Query): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

function isWritable(value: unknown): value is Writable {
  return typeof (value as Partial<Writable> | undefined)?.write === 'function'
}
