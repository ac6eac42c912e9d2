/** Domains that are bound to a bucket. Every function throws ServerError. */
import { all, escapeXml, textOf } from '@bindery/client/xml'
import { send, sendForXml } from './request.js'

/** A bound domain. */
export interface BoundDomain {
  readonly domain: string
  readonly isEnabled: boolean
  readonly lastModified: string
}

/** The content that a TXT record must have before a domain can be bound. */
export interface DomainToken {
  readonly record: string
  readonly token: string
  readonly expires: string
}

/** Whether a text can be a domain; the server checks the rest. */
export function isDomain(text: string): boolean {
  return /^(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i.test(text)
}

const documentOf = (domain: string) =>
  `<BucketCnameConfiguration><Cname><Domain>${escapeXml(domain)}</Domain></Cname></BucketCnameConfiguration>`

/** The domains of a bucket. */
export async function listDomains(bucket: string, signal?: AbortSignal): Promise<readonly BoundDomain[]> {
  const root = await sendForXml({ method: 'GET', bucket, query: { cname: '' }, signal })
  return all(root, 'Cname').map((one) => ({
    domain: textOf(one, 'Domain') ?? '',
    isEnabled: textOf(one, 'Status') === 'Enabled',
    lastModified: textOf(one, 'LastModified') ?? '',
  }))
}

/** The token of a domain, the same until it expires. Throws also NoNeedCreateCnameToken where it is bound to this bucket. */
export async function createToken(bucket: string, domain: string): Promise<DomainToken> {
  const query = { cname: '', comp: 'token' }
  const root = await sendForXml({ method: 'POST', bucket, query, body: documentOf(domain) })
  return {
    record: `_dnsauth.${domain}`,
    token: textOf(root, 'Token') ?? '',
    expires: textOf(root, 'ExpireTime') ?? '',
  }
}

/** Binds a domain. Throws NeedVerifyDomainOwnership until its TXT record holds the token. */
export async function bindDomain(bucket: string, domain: string): Promise<void> {
  await send({ method: 'POST', bucket, query: { cname: '', comp: 'add' }, body: documentOf(domain) })
}

/** Unbinds a domain. */
export async function unbindDomain(bucket: string, domain: string): Promise<void> {
  await send({ method: 'POST', bucket, query: { cname: '', comp: 'delete' }, body: documentOf(domain) })
}
