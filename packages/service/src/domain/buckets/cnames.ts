/** Binds domains of users to buckets, after they proved by a token that a domain is theirs. */
import { type BucketName, type BucketSettings, CNAMES_MAX, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Transaction } from '@bindery/storage'
import { type Domain, newId } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import { boundDomainRows } from '../stored/keyspace.js'
import { type BucketChange, changeDocument, findDocument } from './documents.js'

type Cnames = BucketSettings['cname']
/** A domain that is bound to a bucket. */
export type Cname = Cnames['cnames'][number]
/** The certificate of a bound domain. It is stored and returned; Bindery does not serve it. */
export type Certificate = NonNullable<Cname['certificate']>

/** Milliseconds for which a token may be used. */
const TOKEN_MS = 3 * 86_400_000
const DOCUMENT = { kind: 'cname', rowsMax: 4 } as const
const NONE: Cnames = { cnames: [], tokens: [] }

/** The token by which a user proves that a domain is theirs; `expiresAt` in milliseconds since 1970. */
export interface CnameToken {
  readonly token: string
  readonly expiresAt: number
}

/** The token of a domain, the same until it expires. Throws noSuchBucket, cnameTokenNotNeeded, entityTooLarge. */
export async function createToken(domain: Domain, bucket: BucketName, name: string): Promise<CnameToken> {
  const fresh = { domain: name, token: newId(domain).toLowerCase(), expiresAt: domain.clock() + TOKEN_MS }
  let created: CnameToken = fresh
  await changeCnames(domain, bucket, ({ cnames, tokens = [] }) => {
    if (cnames.some((cname) => cname.domain === name)) throw new OssError('cnameTokenNotNeeded')
    const living = tokens.filter(({ expiresAt }) => domain.clock() < expiresAt)
    const known = living.find((token) => token.domain === name)
    created = known ?? fresh
    return { cnames, tokens: known === undefined ? [...living, fresh] : living }
  })
  return created
}

/** Undefined if none was created, or it has expired. Throws noSuchBucket. */
export function findToken(domain: Domain, bucket: BucketName, name: string): Awaitable<CnameToken | undefined> {
  return andThen(findDocument(domain, bucket, 'cname'), (found) =>
    (found?.tokens ?? []).find((token) => token.domain === name && domain.clock() < token.expiresAt),
  )
}

/** How the certificate of a binding changes; absent: it stays. */
export type CertificateChange =
  | { readonly kind: 'delete' }
  | { readonly kind: 'set'; readonly certificate: Certificate; readonly previousId?: string | undefined }

/**
 * Binds a domain whose owner was proved, or changes its certificate. Throws noSuchBucket, cnameExists, cnameTooMany,
 * certificateChanged, entityTooLarge.
 */
export async function bindDomain(
  domain: Domain,
  bucket: BucketName,
  name: string,
  change: CertificateChange | undefined,
): Promise<void> {
  await changeCnames(domain, bucket, async ({ cnames, tokens = [] }, { tx }) => {
    await requireFree(tx, name, bucket)
    const before = cnames.find((cname) => cname.domain === name)
    if (before === undefined && cnames.length >= CNAMES_MAX) throw new OssError('cnameTooMany', { max: CNAMES_MAX })
    const certificate = changed(before?.certificate, change)
    const bound: Cname = { domain: name, lastModified: domain.clock(), status: 'Enabled', certificate }
    boundDomainRows.set(tx, { domain: name }, { bucket })
    const all = [...cnames.filter((cname) => cname !== before), bound]
    return {
      cnames: all.sort((one, other) => (one.domain < other.domain ? -1 : 1)),
      tokens: tokens.filter((token) => token.domain !== name),
    }
  })
  domain.boundDomains.forget(name)
}

function changed(before: Certificate | undefined, change: CertificateChange | undefined): Certificate | undefined {
  if (change === undefined) return before
  if (change.kind === 'delete') return undefined
  const { previousId } = change
  if (previousId !== undefined && previousId !== before?.certId) throw new OssError('certificateChanged')
  return change.certificate
}

/** Checks that no other bucket is bound to a domain. Throws cnameExists for a domain of another bucket. */
export async function requireFree(
  reader: Pick<Transaction, 'get' | 'getMany' | 'range'>,
  name: string,
  bucket: BucketName,
): Promise<void> {
  const bound = await boundDomainRows.read(reader, { domain: name })
  if (bound !== undefined && bound.bucket !== bucket) throw new OssError('cnameExists')
}

/** Unbinds a domain from a bucket, if it is bound to it. Throws noSuchBucket. */
export async function releaseDomain(domain: Domain, bucket: BucketName, name: string): Promise<void> {
  await changeCnames(domain, bucket, (before, { tx }) => {
    const { cnames, tokens } = before
    if (!cnames.some((cname) => cname.domain === name)) return before
    boundDomainRows.delete(tx, { domain: name })
    return { cnames: cnames.filter((cname) => cname.domain !== name), tokens }
  })
  domain.boundDomains.forget(name)
}

/** The bound domains in the order of their names. Throws noSuchBucket. */
export function findCnames(domain: Domain, bucket: BucketName): Awaitable<readonly Cname[]> {
  return andThen(findDocument(domain, bucket, 'cname'), (found) => (found ?? NONE).cnames)
}

async function changeCnames(
  domain: Domain,
  bucket: BucketName,
  change: (before: Cnames, change: BucketChange) => Cnames | Promise<Cnames>,
): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async (changing) => {
    const after = await change((await readDocument(changing.tx, changing.bucket, 'cname')) ?? NONE, changing)
    return after.cnames.length === 0 && after.tokens?.length === 0 ? undefined : after
  })
}
