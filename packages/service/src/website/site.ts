/**
 * Serves a bucket as a website: index and error pages for anonymous reads, and redirections by rules. A bucket without a
 * website pays nothing for it.
 */
import { percentEncode } from '@bindery/bytes'
import {
  type DeclaredOperation,
  decodeHead,
  encodeFields,
  OssError,
  objectKey,
  operations,
  Query,
  redirectHeaders,
} from '@bindery/protocol'
import { type Awaitable, settle } from '@bindery/storage'
import type { Requester } from '../access/requester.js'
import type { Found } from '../call.js'
import { readObject } from '../domain/objects/current.js'
import { readDocument } from '../domain/stored/documents.js'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import type { Exchange } from '../exchange.js'
import type { Head } from '../find-named.js'
import type { Answer } from '../response/answer.js'
import { refuseWorker } from '../response/shared-origin.js'
import { answerArriving, takesArriving } from './arriving.js'
import type { Mirroring } from './mirror.js'
import {
  findRule,
  folderIndex,
  indexKey,
  type RoutingRule,
  redirectionOf,
  redirectionOfAll,
  type Visit,
  type Website,
} from './rules.js'

/** A read that a website may answer in another way. */
interface SiteRead {
  readonly head: Head
  readonly bucket: BucketRecord
  /** Undefined where it is read when it is needed: a signed read needs it only when it fails. */
  readonly website: Website | undefined
  readonly visit: Visit
}

/** The part of a call that reads an object. */
interface Visited {
  readonly exchange: Exchange
  readonly requester: Requester
}

/** Thrown in place of a result, with the answer of a website. */
export class AnswerOfSite extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super('answered by the website of a bucket')
    this.answer = answer
  }
}

/** The operation that reads an object in place of one that a website may answer. */
const READS: Readonly<Partial<Record<string, 'GetObject' | 'HeadObject'>>> = {
  GetObject: 'GetObject',
  HeadObject: 'HeadObject',
  ListObjects: 'GetObject',
  HeadBucket: 'HeadObject',
}

/** Reads that a website may answer, by their exchange. */
const reads = new WeakMap<Exchange, SiteRead>()

/**
 * Checks whether a website answers a request before its object is read: the head of the read of an index page, or
 * undefined to continue unchanged. Throws AnswerOfSite for a redirection, serviceWorkerRefused.
 */
export function enterSite(head: Head, { bucket, settings }: Found): Head | undefined {
  refuseWorker(head)
  if (
    head.entrance !== undefined ||
    bucket?.documents?.website === undefined ||
    READS[head.operation.name] === undefined
  )
    return undefined
  const isAnonymous = head.requester.kind === 'anonymous'
  const website = settings?.website
  if (reads.has(head.exchange) || (isAnonymous && website === undefined)) return undefined
  if (!isAnonymous && head.objectName === undefined) return undefined
  const visit = visitOf(head)
  reads.set(head.exchange, { head, bucket, website, visit })
  if (!isAnonymous || website === undefined) return undefined
  const all = redirectionOfAll(website, visit)
  if (all !== undefined) throw redirection(head.exchange, 301, all)
  const rule = findRule(website, visit, undefined)
  if (rule !== undefined) throw redirect(head.exchange, visit, rule)
  const key = indexKey(website, visit.key)
  return key === undefined ? undefined : readOf(head, bucket, key)
}

function visitOf({ exchange, objectName, style, bucketName }: Head): Visit {
  const { target, headers, scheme, host } = exchange.request
  const mark = target.indexOf('?')
  const base = style === 'path' ? `/${bucketName}/` : '/'
  const query = mark === -1 ? '' : target.slice(mark + 1)
  return { key: objectName?.key ?? '', headers, scheme, host, base, query }
}

function redirect(exchange: Exchange, visit: Visit, rule: RoutingRule): AnswerOfSite {
  const { status, location } = redirectionOf(rule, visit)
  return redirection(exchange, status, location)
}

function redirection(exchange: Exchange, status: number, location: string): AnswerOfSite {
  exchange.log.operation = 'RedirectBucket'
  return new AnswerOfSite({
    status,
    headers: encodeFields(redirectHeaders, { location }, exchange.dialect),
    body: undefined,
  })
}

/** The same request as a read of another object. */
function readOf(head: Head, bucket: BucketRecord, key: string, parts = head.parts): Head {
  const operation: DeclaredOperation = operations[READS[head.operation.name] ?? 'GetObject']
  const input = decodeHead(operation, parts, head.exchange.dialect)
  head.exchange.operation = operation
  return { ...head, operation, input, objectName: { bucket: bucket.name, key: objectKey(key) } }
}

/**
 * Sends the reader of an object elsewhere, where the object names another place and its bucket is a website. Throws
 * AnswerOfSite.
 */
export function obeyRedirect({ exchange, requester }: Visited, { headers }: ObjectRecord): void {
  const { websiteRedirect: place } = headers
  const read = place === undefined ? undefined : reads.get(exchange)
  if (place === undefined || read === undefined || requester.kind !== 'anonymous') return
  const { scheme, host, base } = read.visit
  const location = place.startsWith('/') ? `${scheme}://${host}${base}${place.slice(1)}` : place
  throw redirection(exchange, 301, location)
}

/** Serves one more head of the same exchange. */
export type Serve = (head: Head) => Awaitable<Answer>

/** Answers a failed read by the rules of its website, or passes the failure on. */
export function leaveSite(exchange: Exchange, thrown: unknown, serve: Serve): Awaitable<Answer> {
  if (thrown instanceof AnswerOfSite) return thrown.answer
  const read = reads.get(exchange)
  if (read === undefined || !(thrown instanceof OssError)) throw thrown
  const { status } = thrown.row
  if (status !== 404 && status !== 403) throw thrown
  return settle(
    () => answerFailure(read, thrown, serve),
    (answer) => answer,
    (other) => {
      if (other instanceof AnswerOfSite) return other.answer
      throw other
    },
  )
}

async function answerFailure(read: SiteRead, failure: OssError, serve: Serve): Promise<Answer> {
  const { head, bucket, visit } = read
  const { exchange, domain, requester } = head
  const isAnonymous = requester.kind === 'anonymous'
  const website = read.website ?? (await domain.metadata.read((reader) => readDocument(reader, bucket, 'website')))
  if (website === undefined) throw failure
  const rule = findRule(website, visit, failure.row.status, (one) => mayApply(one, read, failure))
  if (rule !== undefined) {
    if (rule.redirect.redirectType !== 'Mirror') throw redirect(exchange, visit, rule)
    const mirrored = await mirror(read, rule)
    if (mirrored === 'stored') return serve(head)
    if (mirrored !== undefined) return mirrored
  }
  if (failure.row.status !== 404) throw failure
  if (!isAnonymous) {
    const index = indexForSigned(website, read, failure)
    if (index === undefined || !(await exists(head, bucket, index))) throw failure
    return serve(readOf(head, bucket, index))
  }
  const folder = folderIndex(website, visit.key)
  if (folder !== undefined && (await exists(head, bucket, folder.key))) {
    if (!folder.isRedirected) return serve(readOf(head, bucket, folder.key))
    const location = `${visit.base}${percentEncode(visit.key, { keepSlash: true })}/`
    throw redirection(exchange, 302, location)
  }
  return errorPage(read, website, failure, serve)
}

/** The index page that a signed read gets in place of a missing object whose name ends in a slash. */
function indexForSigned(website: Website, { head, visit }: SiteRead, failure: OssError): string | undefined {
  const isMissing = failure.reason === 'noSuchKey' && head.operation.name === 'GetObject'
  return isMissing && head.objectName?.key === visit.key ? indexKey(website, visit.key) : undefined
}

/**
 * Requests signed in their headers are not redirected; an object is fetched only where a permitted read found it
 * missing.
 */
function mayApply({ redirect }: RoutingRule, { head, visit }: SiteRead, failure: OssError): boolean {
  const { exchange, requester, conditions, operation, objectName } = head
  if (redirect.redirectType !== 'Mirror') return requester.kind === 'anonymous' || conditions.signedIn === 'url'
  const isAsked = operation.name === 'GetObject' || redirect.mirrorAllowHeadObject === true
  const isThere = failure.reason !== 'noSuchKey' || objectName?.key !== visit.key
  return exchange.surroundings.options.origins !== undefined && isAsked && !isThere
}

/**
 * Fetches an object from the origin of a rule: `stored` if it exists now, the answer with what arrives, or undefined. Throws
 * AnswerOfSite for a redirection of the origin.
 */
async function mirror({ head, bucket, visit }: SiteRead, rule: RoutingRule): Promise<Answer | 'stored' | undefined> {
  const { exchange, domain, objectName: name } = head
  const { options, mirrors } = exchange.surroundings
  if (options.origins === undefined || name === undefined) return undefined
  const takes = takesArriving(head, bucket)
  const mirroring: Mirroring = { domain, origins: options.origins, bucket, name, rule, visit, takesArriving: takes }
  const outcome = await mirrors.fetch(mirroring)
  if (outcome.kind === 'redirected') throw redirection(exchange, 302, outcome.location)
  if (outcome.kind === 'arriving') return answerArriving(head, bucket, outcome)
  return outcome.kind === 'stored' ? 'stored' : undefined
}

async function exists({ domain }: Head, { name }: BucketRecord, key: string): Promise<boolean> {
  return (
    (await domain.metadata.read((reader) => readObject(reader, { bucket: name, key: objectKey(key) }))) !== undefined
  )
}

/** The error page is sent whole, whatever conditions and range the request has. */
async function errorPage(read: SiteRead, website: Website, failure: OssError, serve: Serve): Promise<Answer> {
  const { errorDocument } = website
  if (errorDocument === undefined) throw failure
  const plain = { query: new Query([]), headers: {} }
  const answer = await settle(
    () => serve(readOf(read.head, read.bucket, errorDocument.key, plain)),
    (page) => page,
    () => {
      throw failure
    },
  )
  return { ...answer, status: Number(errorDocument.httpStatus) }
}
