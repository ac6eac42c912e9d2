/** Settings of a bucket that the answer of an operation depends on: they are read together with the bucket. */
import type { BucketSettings, Operation } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader, settle, together } from '@bindery/storage'
import type { ReadForAccess } from './access/bucket-rules.js'
import type { Requester } from './access/requester.js'
import type { ReadMore } from './domain/buckets/buckets.js'
import type { Domain } from './domain/domain.js'
import { isDamage } from './domain/stored/damage.js'
import { readDocument } from './domain/stored/documents.js'
import { documentRows } from './domain/stored/keyspace.js'
import type { BucketRecord } from './domain/stored/model.js'
import { addsToQuota } from './limits/capacity.js'

interface Settings {
  /** Only of operations whose answer shows when an object expires, in a bucket that has rules. */
  readonly lifecycle?: BucketSettings['lifecycle'] | undefined
  /** Only of operations whose answer shows when an object was read. */
  readonly accessmonitor?: BucketSettings['accessmonitor'] | undefined
  /** Only for anonymous reads of a bucket that is a website. */
  readonly website?: BucketSettings['website'] | undefined
  /** Only of operations that may overwrite an object. */
  readonly overwriteConfig?: BucketSettings['overwriteConfig'] | undefined
  /** Only of a bucket that limits bandwidth or requests, except for requests about these limits. */
  readonly qosInfo?: BucketSettings['qosInfo'] | undefined
  readonly requesterQosInfo?: BucketSettings['requesterQosInfo'] | undefined
  /** Only of operations that add to a bucket with a capacity. */
  readonly qos?: BucketSettings['qos'] | undefined
  readonly quota?: BucketSettings['quota'] | undefined
  /** Only of a bucket that has such rules. */
  readonly responseHeader?: BucketSettings['responseHeader'] | undefined
}

type Kind = keyof Settings

/** The facts that are read together with a bucket. */
export interface ReadWithBucket extends ReadForAccess {
  readonly settings?: Settings | undefined
}

/** A requester that sets limits can lift them. */
function isLimited({ name }: Operation): boolean {
  return !/QoSInfos?$/.test(name)
}

/** When each setting counts. */
const COUNTS: Readonly<Record<Kind, (operation: Operation, requester: Requester) => boolean>> = {
  lifecycle: ({ output }) => 'expiration' in output,
  accessmonitor: ({ output }) => 'lastAccessTime' in output,
  website: ({ method }, { kind }) => kind === 'anonymous' && (method === 'GET' || method === 'HEAD'),
  overwriteConfig: ({ input }) => 'forbidOverwrite' in input,
  qosInfo: isLimited,
  requesterQosInfo: isLimited,
  qos: addsToQuota,
  quota: addsToQuota,
  responseHeader: () => true,
}

const KINDS = Object.keys(COUNTS) as readonly Kind[]

/** Settings that protect nothing: where a row of one is damaged it counts as absent, and the damage is reported. */
const SPARED: ReadonlySet<Kind> = new Set([
  'lifecycle',
  'accessmonitor',
  'qosInfo',
  'requesterQosInfo',
  'responseHeader',
])

/** The parts of a call that decide which settings count. */
interface Asking {
  readonly operation: Operation
  readonly requester: Requester
  readonly domain: Pick<Domain, 'damage'>
}

/**
 * Also reads the settings that the response of an operation depends on. A bucket without such settings costs no read.
 */
export function withSettings(
  { operation, requester, domain }: Asking,
  readRules: ReadMore<ReadForAccess>,
): ReadMore<ReadWithBucket> {
  return (reader, bucket) => {
    const read = readRules(reader, bucket)
    const { documents } = bucket
    if (documents === undefined) return read
    const kinds = KINDS.filter((kind) => documents[kind] !== undefined && COUNTS[kind](operation, requester))
    if (kinds.length === 0) return read
    const readSetting = (kind: Kind) => readUnlessSpared(domain, reader, bucket, kind)
    return andThen(together(read, together(...kinds.map(readSetting))), ([rules, values]) => {
      const settings: Settings = Object.fromEntries(kinds.map((kind, index) => [kind, values[index]]))
      return { ...rules, settings }
    })
  }
}

function readUnlessSpared(
  { damage }: Asking['domain'],
  reader: Reader,
  bucket: BucketRecord,
  kind: Kind,
): Awaitable<BucketSettings[Kind] | undefined> {
  if (!SPARED.has(kind)) return readDocument(reader, bucket, kind)
  return settle(
    () => readDocument(reader, bucket, kind),
    (found) => found,
    (error) => {
      if (!isDamage(error)) throw error
      damage.add(documentRows.key({ bucket: bucket.name, document: kind, page: 0 }), error)
      return undefined
    },
  )
}
