/**
 * The grammar of RAM, session and bucket policies.
 * @see https://help.aliyun.com/document_detail/28664.html
 */
import { utf8Bytes } from '@bindery/bytes'
import { type Condition, compileCondition, isOperator } from './conditions.js'
import { actionsOfS3, conditionKeyOfS3, hasVariable, principalOfS3, resourceOfS3, S3_VERSIONS } from './s3-grammar.js'

/**
 * Where a policy is attached: to a bucket, with principals; to an identity or a session, without; to a role, as its
 * trust policy.
 */
export type PolicyKind = 'bucket' | 'identity' | 'session' | 'trust'

/** The maximum size of a policy's text, in bytes. */
export const POLICY_BYTES_MAX: Readonly<Record<PolicyKind, number>> = {
  bucket: 16_384,
  identity: 6_144,
  session: 2_048,
  trust: 2_048,
}

/** Some values, or with `not` all values except these. */
export interface Values {
  readonly not: boolean
  readonly values: readonly string[]
}

/** One statement of a policy. It applies where actions, resources, principals and all conditions match. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Values
  /** Absent in a trust policy: its resource is the role. */
  readonly resources?: Values | undefined
  /** Only in bucket and trust policies. */
  readonly principals?: Values | undefined
  readonly conditions: readonly Condition[]
}

/** A parsed policy. */
export interface Policy {
  readonly kind: PolicyKind
  /** As it was written. */
  readonly text: string
  readonly statements: readonly Statement[]
}

/** A fault in a policy's text, as a message for its author. */
export class PolicyFault extends Error {
  override readonly name = 'PolicyFault'
}

/** How the words of a language are written here; undefined for a word that it does not have. */
interface Words {
  readonly name: 'oss' | 's3'
  action(kind: PolicyKind, action: string): readonly string[] | undefined
  resource(resource: string): string | undefined
  principal(principal: string): string | undefined
  conditionKey(key: string): string | undefined
}

const OSS_WORDS: Words = {
  name: 'oss',
  action: (kind, one) => (isAction(kind, one) ? [one] : undefined),
  resource: (one) => (isResource(one) ? one : undefined),
  principal: (one) => (isPrincipal(one) ? one : undefined),
  conditionKey: canonicalKey,
}

const S3_WORDS: Words = {
  name: 's3',
  action: (kind, one) =>
    actionsOfS3(one) ?? (kind !== 'bucket' && !/^s3:/i.test(one) && isAction(kind, one) ? [one] : undefined),
  resource: resourceOfS3,
  principal: principalOfS3,
  conditionKey: conditionKeyOfS3,
}

/**
 * Parses a policy in the language of OSS or, by its version, in that of S3. Throws PolicyFault for anything that the grammar does not allow: unknown content must not be
 * guessed.
 */
export function parsePolicy(kind: PolicyKind, text: string): Policy {
  if (utf8Bytes(text).length > POLICY_BYTES_MAX[kind]) {
    throw new PolicyFault(`a ${kind} policy has at most ${POLICY_BYTES_MAX[kind]} bytes`)
  }
  const document = recordOf(parseJson(text), 'the policy')
  const words = wordsOf(kind, document.get('Version'))
  onlyMembers(document, words === S3_WORDS ? ['Version', 'Id', 'Statement'] : ['Version', 'Statement'], 'the policy')
  const given = document.get('Statement')
  const statements = words === S3_WORDS && !Array.isArray(given) && given !== undefined ? [given] : given
  if (!Array.isArray(statements) || statements.length === 0) {
    throw new PolicyFault('Statement must be a list of at least one statement')
  }
  return {
    kind,
    text,
    statements: statements.map((one, index) => parseStatement(kind, words, one, `Statement[${index}]`)),
  }
}

function wordsOf(kind: PolicyKind, version: unknown): Words {
  if (version === '1') return OSS_WORDS
  if (kind !== 'trust' && S3_VERSIONS.includes(version)) return S3_WORDS
  throw new PolicyFault('Version must be "1"')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PolicyFault('the policy is not valid JSON')
  }
}

type Members = ReadonlyMap<string, unknown>

/** The members of an object; a Map, so that no member name has a meaning in JavaScript. */
function recordOf(value: unknown, where: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyFault(`${where} must be an object`)
  }
  return new Map(Object.entries(value))
}

function onlyMembers(members: Members, names: readonly string[], where: string): void {
  for (const name of members.keys()) {
    if (!names.includes(name)) throw new PolicyFault(`${where} has the unknown element ${shown(name)}`)
  }
}

const ELEMENTS = ['Effect', 'Action', 'NotAction', 'Condition']
const RESOURCES = ['Resource', 'NotResource']
const PRINCIPALS = ['Principal', 'NotPrincipal']
const ELEMENTS_OF: Readonly<Record<PolicyKind, readonly string[]>> = {
  bucket: [...ELEMENTS, ...RESOURCES, ...PRINCIPALS],
  identity: [...ELEMENTS, ...RESOURCES],
  session: [...ELEMENTS, ...RESOURCES],
  trust: [...ELEMENTS, 'Principal'],
}

function parseStatement(kind: PolicyKind, words: Words, value: unknown, where: string): Statement {
  const members = recordOf(value, where)
  onlyMembers(members, words === S3_WORDS ? ['Sid', ...ELEMENTS_OF[kind]] : ELEMENTS_OF[kind], where)
  const effect = members.get('Effect')
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyFault(`${where}.Effect must be "Allow" or "Deny"`)
  const hasPrincipals = kind === 'bucket' || kind === 'trust'
  return {
    effect,
    actions: parseEither(members, 'Action', where, (one) => words.action(kind, one)),
    resources: kind === 'trust' ? undefined : parseEither(members, 'Resource', where, words.resource),
    principals: hasPrincipals ? parsePrincipals(kind, words, members, where, effect) : undefined,
    conditions: parseConditions(members.get('Condition'), words, `${where}.Condition`),
  }
}

/** The meaning of a word here; undefined for an invalid one. */
type Read = (word: string) => string | readonly string[] | undefined

/** One of the elements `Name` and `NotName`. */
function parseEither(members: Members, name: string, where: string, read: Read): Values {
  const not = members.has(`Not${name}`)
  if (not === members.has(name)) throw new PolicyFault(`${where} needs one of ${name} and Not${name}`)
  const element = not ? `Not${name}` : name
  const values = textsOf(members.get(element), `${where}.${element}`)
  if (values.length === 0) throw new PolicyFault(`${where}.${element} must not be empty`)
  return { not, values: readAll(values, `${where}.${element}`, read) }
}

/**
 * An empty list of principals means everyone, as OSS has it; `NotPrincipal` must not be empty. OSS accepts a statement
 * without either element, and no page describes its meaning. Here it denies everyone and allows no one: an element that
 * was forgotten must not open a bucket.
 */
function parsePrincipals(
  kind: PolicyKind,
  words: Words,
  members: Members,
  where: string,
  effect: Statement['effect'],
): Values {
  if (kind === 'trust') return parseTrusted(members.get('Principal'), `${where}.Principal`)
  if (words === S3_WORDS) return parsePrincipalsOfS3(members, where)
  if (members.has('NotPrincipal')) return parseEither(members, 'Principal', where, words.principal)
  if (!members.has('Principal')) return { not: false, values: effect === 'Deny' ? ['*'] : [] }
  const values = textsOf(members.get('Principal'), `${where}.Principal`)
  const principals = readAll(values.flatMap(idsIn), `${where}.Principal`, words.principal)
  return { not: false, values: principals.length === 0 ? ['*'] : principals }
}

/** Old clients send a list of ids as one text: `"[1234,5678]"`. */
function idsIn(principal: string): string[] {
  return /^\[\d+(, *\d+)*\]$/.test(principal) ? principal.slice(1, -1).split(/, */) : [principal]
}

/** `*`, or an object of principals by their kind. */
function parsePrincipalsOfS3(members: Members, where: string): Values {
  const not = members.has('NotPrincipal')
  const place = `${where}.${not ? 'NotPrincipal' : 'Principal'}`
  const given = members.get(not ? 'NotPrincipal' : 'Principal')
  if (given === '*') return { not, values: ['*'] }
  const kinds = recordOf(given, place)
  onlyMembers(kinds, ['AWS', 'CanonicalUser'], place)
  const values = [...kinds].flatMap(([kind, value]) => textsOf(value, `${place}.${kind}`))
  if (values.length === 0) throw new PolicyFault(`${place} must not be empty`)
  return { not, values: readAll(values, place, principalOfS3) }
}

function parseTrusted(value: unknown, where: string): Values {
  const members = recordOf(value, where)
  onlyMembers(members, ['RAM'], where)
  const values = textsOf(members.get('RAM'), `${where}.RAM`)
  if (values.length === 0) throw new PolicyFault(`${where}.RAM must not be empty`)
  const isTrusted = (one: string) => /^acs:ram::\d{1,20}:(root|(user|role)\/[\w.@-]{1,64})$/.test(one)
  return { not: false, values: readAll(values, `${where}.RAM`, (one) => (isTrusted(one) ? one : undefined)) }
}

function parseConditions(value: unknown, words: Words, where: string): Condition[] {
  if (value === undefined) return []
  const conditions: Condition[] = []
  for (const [operator, keys] of recordOf(value, where)) {
    const place = `${where}.${shown(operator)}`
    if (!isOperator(operator)) throw new PolicyFault(`${place} is not an operator`)
    for (const [name, given] of recordOf(keys, place)) {
      const key = words.conditionKey(name)
      if (key === undefined) throw new PolicyFault(`${place} has the unknown key ${shown(name)}`)
      const values = scalarsOf(given, `${place}.${key}`)
      const condition = { operator, key, values }
      if (values.length === 0) throw new PolicyFault(`${place}.${key} must not be empty`)
      if (words === S3_WORDS && values.some(hasVariable)) throw new PolicyFault(`${place}.${key} has a variable`)
      if (compileCondition(condition) === undefined) {
        throw new PolicyFault(`${place}.${key} has a value that ${operator} cannot compare with`)
      }
      conditions.push(condition)
    }
  }
  return conditions
}

const CONDITION_KEYS = [
  'acs:SourceIp',
  'acs:SourceVpc',
  'acs:UserAgent',
  'acs:CurrentTime',
  'acs:SecureTransport',
  'acs:MFAPresent',
  'acs:AccessId',
  'oss:Prefix',
  'oss:Delimiter',
  'oss:DataAccessPointAccount',
  'oss:DataAccessPointArn',
  'oss:AccessPointNetworkOrigin',
]
const TAG_KEYS = ['oss:BucketTag/', 'oss:ExistingObjectTag/', 'oss:RequestObjectTag/']

/**
 * A condition key in the evaluator's form; names are case-insensitive, except for those of tags. Keys of other products
 * are allowed, because RAM policies contain them too, and have no value here.
 */
function canonicalKey(name: string): string | undefined {
  const folded = name.toLowerCase()
  const tag = TAG_KEYS.find((prefix) => folded.startsWith(prefix.toLowerCase()) && name.length > prefix.length)
  if (tag !== undefined) return tag + name.slice(tag.length)
  const known = CONDITION_KEYS.find((key) => key.toLowerCase() === folded)
  if (known !== undefined) return known
  return /^(?!acs:|oss:)[a-z][a-z0-9-]*:[\w./-]+$/i.test(name) ? name : undefined
}

function isAction(kind: PolicyKind, action: string): boolean {
  if (kind === 'bucket') return action === '*' || /^oss:[a-z0-9*?]+$/i.test(action)
  return action === '*' || /^[a-z*][a-z0-9*-]*:[a-z0-9*?]+$/i.test(action)
}

/** `*`, or `acs:product:region:account:path`, in which an empty part matches anything. */
function isResource(resource: string): boolean {
  return resource === '*' || /^acs:[a-z0-9*-]*:[a-z0-9*?-]*:[0-9*?]*:.+$/is.test(resource)
}

/** An account or a RAM user by its id, a session of a role, or everyone. */
function isPrincipal(principal: string): boolean {
  return (
    principal === '*' ||
    /^\d{1,20}$/.test(principal) ||
    /^arn:sts::\d{1,20}:assumed-role\/[\w.@*?/-]{1,200}$/.test(principal)
  )
}

/** The meaning of all words. */
function readAll(values: readonly string[], where: string, read: Read): readonly string[] {
  return values.flatMap((value) => {
    const meaning = read(value)
    if (meaning === undefined) throw new PolicyFault(`${where} has the invalid value ${shown(value)}`)
    return meaning
  })
}

function textsOf(value: unknown, where: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.every((one) => typeof one === 'string')) return list
  throw new PolicyFault(`${where} must be a text or a list of texts`)
}

function scalarsOf(value: unknown, where: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) return list.map(String)
  throw new PolicyFault(`${where} must be a value or a list of values`)
}

/** A name from the policy for a message: short, and on one line. */
function shown(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name)
}
