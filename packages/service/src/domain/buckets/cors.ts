/** A bucket's CORS rules, in one row that each write of them replaces, and what they allow. */
import { type BucketName, CORS_RULES_MAX, OssError } from '@bindery/protocol'
import { METADATA_LIMITS, type Reader } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { corsKey } from '../stored/keyspace.js'
import type { Cors, CorsRule } from '../stored/model.js'
import { decodeCors, encodeCors } from '../stored/records.js'
import { readBucket } from './buckets.js'

/** Replaces the rules. Throws noSuchBucket, malformedXml for none, corsTooManyRules, entityTooLarge. */
export async function setCors(domain: Domain, bucket: BucketName, cors: Cors): Promise<void> {
  if (cors.rules.length === 0) throw new OssError('malformedXml')
  if (cors.rules.length > CORS_RULES_MAX) throw new OssError('corsTooManyRules')
  const value = encodeCors(cors)
  if (value.length > METADATA_LIMITS.valueBytes) throw new OssError('entityTooLarge')
  await domain.metadata.transact(async (tx) => {
    await readBucket(tx, bucket)
    tx.set(corsKey(bucket), value)
  })
}

/** Throws noSuchBucket, noSuchCors. */
export async function findCors(domain: Domain, bucket: BucketName): Promise<Cors> {
  const cors = await domain.metadata.read(async (reader) => {
    await readBucket(reader, bucket)
    return readCors(reader, bucket)
  })
  if (cors === undefined) throw new OssError('noSuchCors', { BucketName: bucket })
  return cors
}

/** Deletes the rules, if there are any. Throws noSuchBucket. */
export async function deleteCors(domain: Domain, bucket: BucketName): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    await readBucket(tx, bucket)
    tx.delete(corsKey(bucket))
  })
}

/** The rules of a bucket; undefined where none were set, or there is no such bucket. */
export async function readCors(reader: Reader, bucket: BucketName): Promise<Cors | undefined> {
  const row = await reader.get(corsKey(bucket))
  return row === undefined ? undefined : decodeCors(row)
}

/** What a browser asks of the rules. */
export interface CrossOriginRequest {
  readonly origin: string
  readonly method: string
  /** Names of the headers that a preflight asks for, in any case. */
  readonly headers?: readonly string[] | undefined
}

/** A rule that allows a request, and what is to stand in Access-Control-Allow-Origin. */
export interface FoundRule {
  readonly rule: CorsRule
  readonly allowOrigin: string
}

/** The first rule that allows the origin, the method and each of the headers. */
export function findRule({ rules }: Cors, { origin, method, headers = [] }: CrossOriginRequest): FoundRule | undefined {
  const wanted = headers.map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
  for (const rule of rules) {
    const pattern = rule.allowedOrigins.find((one) => matches(one, origin))
    if (pattern === undefined || !rule.allowedMethods.some((one) => one === method)) continue
    const patterns = rule.allowedHeaders.map((name) => name.toLowerCase())
    if (!wanted.every((name) => patterns.some((one) => matches(one, name)))) continue
    return { rule, allowOrigin: pattern === '*' ? '*' : origin }
  }
  return undefined
}

/** The headers of an answer to a request that a rule allows, by the names that OptionObject gives them. */
export function allowed({ responseVary }: Cors, { rule, allowOrigin }: FoundRule) {
  return {
    allowOrigin,
    allowMethods: rule.allowedMethods.join(', '),
    exposeHeaders: rule.exposeHeaders.length > 0 ? rule.exposeHeaders.join(', ') : undefined,
    maxAge: rule.maxAgeSeconds,
    vary: responseVary ? 'Origin' : undefined,
  }
}

/** Whether a text is a pattern, or begins and ends as one with a `*` does. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === text
  const end = pattern.slice(star + 1)
  return text.length >= pattern.length - 1 && text.startsWith(pattern.slice(0, star)) && text.endsWith(end)
}
