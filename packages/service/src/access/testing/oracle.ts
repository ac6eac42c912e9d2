/**
 * A second reading of the reference, for comparison: it interprets policies as JSON has them, question by question, and
 * shares no code with the authoriser. Slow, and meant to be obvious.
 */
import type { Ask, Persona, World, Written } from './world.js'

interface Person {
  readonly account?: string
  /** Absent for the account itself. */
  readonly id?: string
  readonly arn?: string
}

const PEOPLE: Readonly<Record<Persona, Person>> = {
  anonymous: {},
  owner: { account: '1000000000000001' },
  stranger: { account: '1000000000000002' },
  alice: { account: '1000000000000001', id: '2000000000000001' },
  bob: { account: '1000000000000001', id: '2000000000000002' },
  carol: { account: '1000000000000002', id: '2000000000000003' },
  reader: { account: '1000000000000001', arn: 'arn:sts::1000000000000001:assumed-role/reader/s1' },
  visitor: { account: '1000000000000002', arn: 'arn:sts::1000000000000002:assumed-role/visitor/s2' },
}
const OWNER = '1000000000000001'

/** Whether a question about an object or its bucket is allowed. */
export function allows(world: World, ask: Ask): boolean {
  const person = PEOPLE[ask.as]
  const isOwnAccount = person.account === OWNER
  const isOwner = isOwnAccount && person.id === undefined && person.arn === undefined
  if (world.requesterPays === true && !isOwnAccount) {
    const payer = ask.headers?.['x-oss-request-payer']
    if (person.account === undefined || payer !== 'requester') return false
  }
  const says = (statements: readonly Written[] | undefined) => {
    const met = (statements ?? []).filter((one) => applies(one, world, ask, person, isOwner))
    const allowing = met.filter((one) => !(world.blocked === true && isForEveryone(one)))
    if (met.some(({ Effect }) => Effect === 'Deny')) return 'Deny'
    return allowing.some(({ Effect }) => Effect === 'Allow') ? 'Allow' : 'nothing'
  }
  if (person.arn !== undefined && world.session !== undefined && says(world.session) !== 'Allow') return false
  const ram = (world.attached?.[ask.as] ?? []).map((policy) => says(policy))
  const bucket = says(world.bucketPolicy)
  if (ram.includes('Deny') || bucket === 'Deny') return false
  if ((ram.includes('Allow') && isOwnAccount) || bucket === 'Allow' || isOwner) return true
  return world.blocked !== true && aclAllows(world, ask)
}

function aclAllows(world: World, ask: Ask): boolean {
  const reading = ['oss:GetObject', 'oss:GetObjectVersion'].includes(ask.action)
  const writing = ['oss:PutObject', 'oss:DeleteObject', 'oss:AbortMultipartUpload', 'oss:ListParts'].includes(
    ask.action,
  )
  const own = ask.key === undefined || ask.exists === false ? undefined : world.objectAcl
  const acl = own === undefined || own === 'default' ? (world.bucketAcl ?? 'private') : own
  return (reading && acl !== 'private') || (writing && acl === 'public-read-write')
}

function applies(statement: Written, world: World, ask: Ask, person: Person, isOwner: boolean): boolean {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement
  const oneOf = (value: unknown, test: (one: string) => boolean) => list(value).some(test)
  const isAction = (one: string) => wild(one.toLowerCase(), ask.action.toLowerCase())
  if (Action === undefined ? oneOf(NotAction, isAction) : !oneOf(Action, isAction)) return false
  const path = ask.key === undefined ? 'bkt' : `bkt/${ask.key}`
  const isResource = (one: string) => one === '*' || names(one, path)
  if (Resource === undefined ? oneOf(NotResource, isResource) : !oneOf(Resource, isResource)) return false
  if (Principal !== undefined || NotPrincipal !== undefined) {
    const reachesOwner = Condition !== undefined && Object.keys(Condition as object).length > 0
    const isNamed = (one: string) =>
      person.arn === undefined
        ? one === (person.id ?? person.account ?? 'none')
        : one.startsWith('arn:') && wild(one, person.arn)
    if (NotPrincipal !== undefined) {
      if (list(NotPrincipal).includes('*') || oneOf(NotPrincipal, isNamed)) return false
      if (isOwner && !reachesOwner) return false
    } else {
      const everyone = list(Principal).length === 0 || list(Principal).includes('*')
      if (!oneOf(Principal, isNamed) && !(everyone && (!isOwner || reachesOwner))) return false
    }
  }
  for (const [operator, keys] of Object.entries((Condition ?? {}) as Record<string, Record<string, unknown>>)) {
    for (const [key, values] of Object.entries(keys)) {
      if (!holds(operator, actualOf(key, world, ask), list(values))) return false
    }
  }
  return true
}

function names(pattern: string, path: string): boolean {
  const parts = pattern.split(':')
  const actual = ['acs', 'oss', 'cn-hangzhou', OWNER]
  for (let index = 0; index < 4; index += 1) {
    const part = parts[index] ?? ''
    if (part !== '' && !wild(part, actual[index] ?? '')) return false
  }
  return wild(parts.slice(4).join(':'), path)
}

/** By recursion over the first character of the pattern. */
function wild(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') return wild(pattern.slice(1), text) || (text !== '' && wild(pattern, text.slice(1)))
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && wild(pattern.slice(1), text.slice(1))
}

function actualOf(key: string, world: World, ask: Ask): string | undefined {
  if (key === 'acs:SourceIp') return ask.ip ?? '192.0.2.1'
  if (key === 'acs:UserAgent') return ask.agent
  if (key === 'acs:SecureTransport') return ask.secure === true ? 'true' : 'false'
  if (key === 'acs:CurrentTime') return new Date(ask.now ?? Date.UTC(2026, 0, 5, 8)).toISOString()
  if (key === 'oss:Prefix' && ask.action === 'oss:ListObjects') {
    return new URLSearchParams(ask.query ?? '').get('prefix') ?? ''
  }
  if (key.startsWith('oss:ExistingObjectTag/')) {
    return ask.key === undefined || ask.exists === false ? undefined : world.objectTags?.[key.slice(22)]
  }
  return key.startsWith('oss:BucketTag/') ? world.bucketTags?.[key.slice(14)] : undefined
}

function holds(operator: string, actual: string | undefined, values: readonly string[]): boolean {
  const negated = operator.includes('Not')
  if (actual === undefined) return negated
  return values.some((value) => meets(operator.replace('Not', ''), actual, value)) !== negated
}

function meets(operator: string, actual: string, value: string): boolean {
  if (operator === 'StringEquals') return actual === value
  if (operator === 'StringEqualsIgnoreCase' || operator === 'Bool') return actual.toUpperCase() === value.toUpperCase()
  if (operator === 'StringLike') return wild(value, actual)
  if (operator === 'DateLessThan') return Date.parse(actual) < Date.parse(value)
  if (operator === 'DateGreaterThanEquals') return Date.parse(actual) >= Date.parse(value)
  if (operator !== 'IpAddress') throw new Error(`the oracle has no ${operator}`)
  const [base = '', bits = '32'] = value.split('/')
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(actual) / size) === Math.floor(number(base) / size)
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** Everyone, from anywhere. */
function isForEveryone({ Principal, NotPrincipal, Condition }: Written): boolean {
  if (Principal === undefined && NotPrincipal === undefined) return false
  if (NotPrincipal === undefined && list(Principal).length > 0 && !list(Principal).includes('*')) return false
  const { IpAddress } = (Condition ?? {}) as Record<string, Record<string, unknown> | undefined>
  const networks = list(IpAddress?.['acs:SourceIp'])
  return networks.length === 0 || networks.some((one) => one.endsWith('/0'))
}

function list(value: unknown): readonly string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as string]
}
