import type { ObjectAcl, ObjectInfo, ObjectOptions, StorageClass } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import type { HEADER_FLAGS } from '../flags.js'
import { oneOf } from './arguments.js'

/** The ACLs of objects. */
export const OBJECT_ACLS = [
  'default',
  'private',
  'public-read',
  'public-read-write',
] as const satisfies readonly ObjectAcl[]
/** The storage classes, as OSS spells them. */
export const STORAGE_CLASSES = [
  'Standard',
  'IA',
  'Archive',
  'ColdArchive',
  'DeepColdArchive',
] as const satisfies readonly StorageClass[]

type HeaderArguments = Pick<Arguments<(typeof HEADER_FLAGS)[number]>, 'given' | 'values'>

/** The properties that flags give to the objects that a command makes. Throws Failure `valueInvalid`. */
export function objectOptionsOf({ given, values }: HeaderArguments): ObjectOptions {
  const pairs = given.flatMap(({ name, value }) => (name === 'meta' ? pairsOf(value) : []))
  const { meta, ...headers } = named(pairs)
  const tags = values.get('tagging')
  const acl = oneOf('--acl', values.get('acl'), OBJECT_ACLS)
  const storageClass = oneOf('--storage-class', values.get('storage-class'), STORAGE_CLASSES)
  const text = (name: keyof ObjectOptions, flag: (typeof HEADER_FLAGS)[number]) => {
    const value = values.get(flag)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    ...headers,
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
    ...text('contentType', 'content-type'),
    ...text('cacheControl', 'cache-control'),
    ...text('contentDisposition', 'content-disposition'),
    ...text('contentEncoding', 'content-encoding'),
    ...(tags === undefined ? {} : { tags: tagsOf('--tagging', tags) }),
    ...(acl === undefined ? {} : { acl }),
    ...(storageClass === undefined ? {} : { storageClass }),
  }
}

/** Whether options change what a copy would take from its source. */
export function hasMetadata(options: ObjectOptions): boolean {
  const { meta, contentType, cacheControl, contentDisposition, contentEncoding, expires } = options
  return [meta, contentType, cacheControl, contentDisposition, contentEncoding, expires].some(
    (one) => one !== undefined,
  )
}

/** The options over what a source is stored with, so that a copy keeps what they do not name. */
export function overSource({ meta, contentType, headers }: ObjectInfo, options: ObjectOptions): ObjectOptions {
  const kept: [keyof ObjectOptions, string | undefined][] = [
    ['contentType', contentType],
    ['cacheControl', headers['cache-control']],
    ['contentDisposition', headers['content-disposition']],
    ['contentEncoding', headers['content-encoding']],
  ]
  const expires = headers.expires === undefined ? {} : { expires: new Date(headers.expires) }
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    ...expires,
    ...options,
    meta: { ...meta, ...options.meta },
  }
}

/** Tags of `a=1&b=2`, percent-decoded. Throws Failure `valueInvalid`. */
export function tagsOf(flag: string, text: string): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const pair of text.split('&').filter((one) => one !== '')) {
    const [key = '', value = ''] = splitAt(pair, /=/)
    tags[decoded(flag, text, key)] = decoded(flag, text, value)
  }
  if (Object.keys(tags).length > 0 && !('' in tags)) return tags
  throw new Failure('valueInvalid', { name: flag, value: text, expected: 'tags such as stage=raw&team=a' })
}

function decoded(flag: string, whole: string, part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    throw new Failure(
      'valueInvalid',
      { name: flag, value: whole, expected: 'tags such as stage=raw&team=a' },
      { cause: error },
    )
  }
}

type Pair = readonly [name: string, value: string]

/** One `name=value`, or headers as ossutil writes them: `x-oss-meta-a:1#Cache-Control:no-cache`. */
function pairsOf(text: string): Pair[] {
  const isOne = /^[\w-]+=/.test(text)
  return (isOne ? [text] : text.split('#')).map((one) => {
    const [name = '', value] = splitAt(one, isOne ? /=/ : /[:=]/)
    if (value !== undefined && /^[\w-]+$/.test(name)) return [name.toLowerCase(), value] as const
    throw new Failure('valueInvalid', { name: '--meta', value: text, expected: 'a pair such as name=value' })
  })
}

function splitAt(text: string, sign: RegExp): [string, string?] {
  const at = text.search(sign)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Headers that have an option of their own. */
const STANDARD: Readonly<Record<string, 'contentType' | 'cacheControl' | 'contentDisposition' | 'contentEncoding'>> = {
  'content-type': 'contentType',
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
}

function named(pairs: readonly Pair[]): ObjectOptions & { readonly meta: Record<string, string> } {
  const options: Record<string, string> = {}
  const meta: Record<string, string> = {}
  const headers: Record<string, string> = {}
  let expires: Date | undefined
  for (const [name, value] of pairs) {
    const standard = STANDARD[name]
    if (standard !== undefined) options[standard] = value
    else if (name === 'expires') expires = new Date(value)
    else if (name.startsWith('x-oss-meta-')) meta[name.slice('x-oss-meta-'.length)] = value
    else if (name.startsWith('x-oss-')) headers[name] = value
    else meta[name] = value
  }
  return {
    ...options,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(expires === undefined ? {} : { expires }),
    meta,
  }
}
