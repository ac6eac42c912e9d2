/** The session of the person that is signed in: a temporary key, kept for as long as the tab and renewed while it is open. */
import { hex, utf8Bytes } from '@bindery/bytes'
import { Store } from '../app/store.js'
import { reach } from './reach.js'
import { errorOf, ServerError } from './server-error.js'
import { sha256 } from './sha256.js'
import { type SigningKey, signedHeaders } from './sign.js'

/** Whose session it is. */
export interface Holder {
  readonly Kind: 'account' | 'user'
  readonly AccountId: string
  /** Absent for an account. */
  readonly Name?: string
  /** The permanent key that signed in. */
  readonly AccessKeyId: string
}

/** A temporary key and its holder. */
export interface Session {
  readonly key: SigningKey
  readonly holder: Holder
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly renewableUntil: number
}

/** Facts that the server states before anyone has signed in. */
export interface About {
  readonly region: string
  readonly version: string
}

const KEPT_AS = 'bindery-session'
const PATH = '/-/console/session'
/** A session is renewed when this share of its life is left. */
const RENEWED_AT = 1 / 4
const SESSION_MS = 3_600_000

/** Undefined while no one is signed in. */
export const currentSession = new Store<Session | undefined>(kept())

let about: Promise<About> | undefined
/** Milliseconds that the server's clock is ahead of this one. */
let skew = 0
let renewing: Promise<Session> | undefined

/** The region and version of the server. Throws ServerError. */
export function aboutServer(): Promise<About> {
  about ??= readAbout().catch((error: unknown) => {
    // the next request tries again
    about = undefined
    throw error
  })
  return about
}

async function readAbout(): Promise<About> {
  const response = await reach('/-/console/about.json')
  if (!response.ok) throw await errorOf(response)
  return response.json() as Promise<About>
}

/** The server's time in milliseconds since 1970, as far as it is known. */
export function serverTime(): number {
  return Date.now() + skew
}

/** Learns the server's time from an answer. */
export function noteTime(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isFinite(date)) skew = date - Date.now()
}

/** Signs in with a permanent key. Its secret is used once and not kept. Throws ServerError. */
export async function signInWith(key: SigningKey): Promise<void> {
  keep(await begin(key))
}

/** Signs in by the link that the server printed. Throws ServerError. */
export async function signInBy(link: string): Promise<void> {
  const body = JSON.stringify({ Link: link })
  keep(sessionOf(await post({ 'content-type': 'application/json' }, body)))
}

/** Why the last session ended, where its holder did not end it. */
export const sessionEnd = new Store<unknown>(undefined)

/**
 * Forgets the session, and has the browser drop what it keeps of the answers. The key of the session ends by itself. `reason`: the failure
 * that ends it.
 */
export function signOut(reason?: unknown): void {
  sessionEnd.set(reason)
  sessionStorage.removeItem(KEPT_AS)
  currentSession.set(undefined)
  fetch(PATH, { method: 'DELETE', keepalive: true }).catch(() => {})
}

/** The key that signs now; a session that is close to its end is renewed first, in the background where there is time. */
export async function signingKey(): Promise<SigningKey> {
  const session = currentSession.value
  if (session === undefined) throw signedOut()
  const left = session.expiresAt - serverTime()
  if (left <= 0) {
    signOut(signedOut())
    throw signedOut()
  }
  if (left < SESSION_MS * RENEWED_AT && session.renewableUntil > session.expiresAt) {
    const renewed = renew(session.key)
    if (left < 60_000) return (await renewed).key
    renewed.catch(() => {})
  }
  return session.key
}

const signedOut = () => new ServerError({ status: 401, code: 'SignedOut', message: 'The session is over.' })

function renew(key: SigningKey): Promise<Session> {
  renewing ??= begin(key)
    .then((session) => {
      if (currentSession.value !== undefined) keep(session)
      return session
    })
    .finally(() => {
      renewing = undefined
    })
  return renewing
}

async function begin(key: SigningKey): Promise<Session> {
  const { region } = await aboutServer()
  const body = '{}'
  const request = {
    method: 'POST',
    bucket: '-',
    key: 'console/session',
    query: {},
    headers: { 'content-type': 'application/json', 'x-oss-nonce': nonce() },
  }
  const payload = hex(sha256(utf8Bytes(body)))
  const send = () => post(signedHeaders(request, key, { region, time: serverTime(), payload }), body)
  const answer = await send().catch((error: unknown) => {
    // the server's time is known by now
    if (error instanceof ServerError && error.code === 'RequestTimeTooSkewed') return send()
    throw error
  })
  return sessionOf(answer)
}

/** A text that no other request has. */
export function nonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(12)))
}

async function post(headers: Record<string, string>, body: string): Promise<Record<string, unknown>> {
  const response = await reach(PATH, { method: 'POST', headers, body })
  noteTime(response)
  if (!response.ok) throw await errorOf(response)
  return response.json() as Promise<Record<string, unknown>>
}

function sessionOf(answer: Record<string, unknown>): Session {
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = answer.Credentials as Record<string, string>
  return {
    key: { accessKeyId: AccessKeyId ?? '', accessKeySecret: AccessKeySecret ?? '', securityToken: SecurityToken },
    holder: answer.Holder as Holder,
    expiresAt: Date.parse(Expiration ?? ''),
    renewableUntil: Date.parse(String(answer.RenewableUntil)),
  }
}

function keep(session: Session): void {
  sessionEnd.set(undefined)
  sessionStorage.setItem(KEPT_AS, JSON.stringify(session))
  currentSession.set(session)
}

function kept(): Session | undefined {
  const text = globalThis.sessionStorage?.getItem(KEPT_AS)
  const session = text ? (JSON.parse(text) as Session) : undefined
  return session !== undefined && session.expiresAt > Date.now() ? session : undefined
}
