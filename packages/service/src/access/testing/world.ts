/** A small world of accounts, users and roles for tests of decisions. */
import { type Action, HeadCircumstances, OSS_NOTATION, OssError, parseQuery, type Tag } from '@bindery/protocol'
import type { ObjectAcl } from '../../domain/stored/model.js'
import { Authoriser } from '../authoriser.js'
import { type Decision, NEEDS_OBJECT } from '../decision.js'
import { CompiledPolicy } from '../policy/compile.js'
import { type PolicyKind, parsePolicy } from '../policy/grammar.js'
import type { AccessQuestion, BucketRules } from '../question.js'
import { RefererPattern, type RefererRules } from '../referer.js'
import type { Requester } from '../requester.js'

/** The account that owns the bucket, and another one. */
export const OWNER = { id: '1000000000000001', displayName: 'owner' }
export const STRANGER = { id: '1000000000000002', displayName: 'stranger' }
export const BUCKET_NAME = 'bkt'

/** The requesters of the world. `owner` and `stranger` are the accounts themselves; alice and bob are users of the owner. */
export type Persona = 'anonymous' | 'owner' | 'stranger' | 'alice' | 'bob' | 'carol' | 'reader' | 'visitor'

const PERSONAS: Readonly<
  Record<Exclude<Persona, 'anonymous'>, { account: typeof OWNER; id?: string; session?: string }>
> = {
  owner: { account: OWNER },
  stranger: { account: STRANGER },
  alice: { account: OWNER, id: '2000000000000001' },
  bob: { account: OWNER, id: '2000000000000002' },
  carol: { account: STRANGER, id: '2000000000000003' },
  reader: { account: OWNER, id: '3000000000000001', session: 's1' },
  visitor: { account: STRANGER, id: '3000000000000002', session: 's2' },
}

/** A statement in its JSON form. */
export type Written = Readonly<Record<string, unknown>>

/** The setting in which questions are decided. Policies are lists of statements. */
export interface World {
  readonly bucketAcl?: string
  readonly objectAcl?: string
  readonly objectTags?: Readonly<Record<string, string>>
  readonly bucketTags?: Readonly<Record<string, string>>
  readonly bucketPolicy?: readonly Written[]
  /** The attached policies by the name of a user or role. */
  readonly attached?: Readonly<Record<string, readonly (readonly Written[])[]>>
  readonly session?: readonly Written[]
  readonly blocked?: boolean
  readonly requesterPays?: boolean
  readonly referers?: WrittenReferers
}

/** Rules about the Referer, with their patterns as text. */
type WrittenReferers = Omit<RefererRules, 'allowed' | 'refused'> & {
  readonly allowed: readonly string[]
  readonly refused: readonly string[]
}

function compileReferers({ allowed, refused, ...rules }: WrittenReferers): RefererRules {
  const patterns = (texts: readonly string[]) => texts.map((text) => new RefererPattern(text))
  return { ...rules, allowed: patterns(allowed), refused: patterns(refused) }
}

/** A question. Without a key it is about the bucket; `bucket: undefined` is the service. */
export interface Ask {
  readonly as: Persona
  readonly action: Action
  readonly within?: Action
  readonly bucket?: string | undefined
  readonly key?: string
  /** Whether an object with the key exists. */
  readonly exists?: boolean
  readonly ip?: string
  readonly agent?: string
  readonly secure?: boolean
  readonly now?: number
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signedIn?: 'header' | 'url'
}

export const NOW = Date.UTC(2026, 0, 5, 8)

export function compile(kind: PolicyKind, statements: readonly Written[]): CompiledPolicy {
  return new CompiledPolicy(parsePolicy(kind, JSON.stringify({ Version: '1', Statement: statements })))
}

/** The identities and settings of a world, compiled once for many questions. */
export class Judge {
  readonly #world: World
  readonly #authoriser = new Authoriser({ region: 'cn-hangzhou' })
  readonly #requesters = new Map<Persona, Requester>()
  readonly #rules: BucketRules

  constructor(world: World) {
    this.#world = world
    this.#rules = {
      policy: world.bucketPolicy && compile('bucket', world.bucketPolicy),
      blocksPublicAccess: world.blocked,
      requesterPays: world.requesterPays,
      referers: world.referers && compileReferers(world.referers),
      tags: Object.entries(world.bucketTags ?? {}),
    }
  }

  /** Decides as the service does: the object is looked up only if the decision depends on it. */
  decide(ask: Ask): Decision {
    const question = this.#question(ask)
    const decision = this.#authoriser.decide(question)
    if (decision !== NEEDS_OBJECT) return decision
    const { objectAcl = 'default', objectTags = {} } = this.#world
    const record = { acl: objectAcl as ObjectAcl, tagging: Object.entries(objectTags) }
    const object = ask.exists === false ? undefined : record
    const again = this.#authoriser.decide({ ...question, resource: { ...question.resource, object } })
    if (again === NEEDS_OBJECT) throw new Error('the object was given')
    return again
  }

  /** Decides whether the body of a bulk delete may be read. */
  decideOnSome(ask: Ask): Decision {
    return this.#authoriser.decideOnSome(this.#question(ask))
  }

  #question(ask: Ask): AccessQuestion {
    const bucketName = 'bucket' in ask ? ask.bucket : BUCKET_NAME
    const requester = this.#requester(ask.as)
    const bucket = { acl: (this.#world.bucketAcl ?? 'private') as 'private' }
    const headers = { ...(ask.agent === undefined ? {} : { 'user-agent': ask.agent }), ...ask.headers }
    const account = requester.kind === 'anonymous' ? undefined : requester.account.id
    return {
      requester,
      action: ask.action,
      within: ask.within,
      resource:
        bucketName === undefined
          ? { owner: account, bucketName, bucket: undefined }
          : { owner: OWNER.id, bucketName, bucket, rules: this.#rules, key: ask.key, object: 'unread' },
      conditions: {
        request: {
          scheme: ask.secure === true ? 'https' : 'http',
          remoteAddress: ask.ip ?? '192.0.2.1',
        },
        stated: new HeadCircumstances({ headers, query: parseQuery(ask.query ?? '') }, OSS_NOTATION),
        requestTags: tagsIn(ask.headers?.['x-oss-tagging']),
        signedIn: requester.kind === 'anonymous' ? undefined : (ask.signedIn ?? 'header'),
        now: ask.now ?? NOW,
      },
    }
  }

  #requester(persona: Persona): Requester {
    const known = this.#requesters.get(persona) ?? this.#makeRequester(persona)
    this.#requesters.set(persona, known)
    return known
  }

  #makeRequester(persona: Persona): Requester {
    if (persona === 'anonymous') return { kind: 'anonymous' }
    const { account, id, session } = PERSONAS[persona]
    const accessKeyId = `key-of-${persona}`
    if (id === undefined) return { kind: 'account', account, accessKeyId }
    const policies = (this.#world.attached?.[persona] ?? []).map((statements, index) => ({
      name: `${persona}-${index}`,
      policy: compile('identity', statements),
    }))
    if (session === undefined) {
      return { kind: 'user', account, accessKeyId, identity: { kind: 'user', id, name: persona, policies } }
    }
    const sessionPolicy = this.#world.session && compile('session', this.#world.session)
    const identity = { kind: 'role', id, name: persona, sessionName: session, policies, sessionPolicy } as const
    return { kind: 'role', account, accessKeyId, identity }
  }
}

function tagsIn(text: string | undefined): Tag[] {
  return (text ?? '').split('&').map((pair) => {
    const [key = '', value = ''] = pair.split('=')
    return [key, value]
  })
}

/** `allow`, or the cause of the denial. */
export function outcome(decision: Decision): string {
  return decision.allowed ? 'allow' : new OssError(decision.cause).reason
}
