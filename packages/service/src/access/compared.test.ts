import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from '@bindery/protocol'
import { createRandom } from '@bindery/storage'
import { allows } from './testing/oracle.js'
import { type Ask, Judge, type Persona, type World, type Written } from './testing/world.js'

const PEOPLE: readonly Persona[] = ['anonymous', 'owner', 'stranger', 'alice', 'bob', 'carol', 'reader', 'visitor']
const ACTIONS: readonly Action[] = [
  'oss:GetObject',
  'oss:PutObject',
  'oss:DeleteObject',
  'oss:ListObjects',
  'oss:GetObjectAcl',
  'oss:PutBucketPolicy',
]
const ACTION_PATTERNS = [
  '*',
  'oss:*',
  'oss:Get*',
  'oss:GetObject',
  'oss:getobject',
  'oss:?utObject',
  'oss:*Object',
  'oss:List*',
]
const RESOURCE_PATTERNS = [
  '*',
  'acs:oss:*:*:*',
  'acs:oss:*:*:bkt',
  'acs:oss:*:*:bkt/*',
  'acs:oss:::bkt/a*',
  'acs:oss:*:1000000000000001:bkt/a/*',
  'acs:oss:*:1000000000000002:*',
  'acs:oss:cn-beijing:*:*',
  'acs:*:cn-*:1*:b?t*',
  'acs:oss:*:*:other/*',
]
const PRINCIPALS = [
  '*',
  '1000000000000001',
  '1000000000000002',
  '2000000000000001',
  '2000000000000003',
  'arn:sts::1000000000000001:assumed-role/reader/*',
  'arn:sts::1000000000000002:assumed-role/*/s?',
]
const CONDITIONS: readonly Record<string, unknown>[] = [
  { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '192.0.2.0/24'] } },
  { IpAddress: { 'acs:SourceIp': '0.0.0.0/0' } },
  { NotIpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
  { StringEquals: { 'acs:UserAgent': ['app', 'web'] } },
  { StringNotLike: { 'acs:UserAgent': 'a*' } },
  { StringEqualsIgnoreCase: { 'acs:UserAgent': 'APP' } },
  { Bool: { 'acs:SecureTransport': 'true' } },
  { DateLessThan: { 'acs:CurrentTime': '2026-01-05T08:00:00Z' } },
  { DateGreaterThanEquals: { 'acs:CurrentTime': '2026-01-05T16:00:00+08:00' } },
  { StringLike: { 'oss:Prefix': 'a/*' } },
  { StringEquals: { 'oss:ExistingObjectTag/team': 'blue' } },
  { StringNotEquals: { 'oss:ExistingObjectTag/team': 'blue' }, StringLike: { 'oss:BucketTag/stage': 't*' } },
]
const ACLS = ['private', 'public-read', 'public-read-write']
const QUESTIONS_PER_WORLD = 200

/** Decisions that are compared; `DECISIONS=1000000` for a campaign. */
const DECISIONS = Number(process.env.DECISIONS ?? 20_000)

test('random decisions are those of an independent reading of the reference', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const chance = createChance(seed)
  const counts = { allowed: 0, denied: 0 }
  for (let decided = 0; decided < DECISIONS; decided += QUESTIONS_PER_WORLD) {
    const world = createWorld(chance)
    const judge = new Judge(world)
    for (let round = 0; round < QUESTIONS_PER_WORLD; round += 1) {
      const ask = createAsk(chance)
      const { allowed } = judge.decide(ask)
      counts[allowed ? 'allowed' : 'denied'] += 1
      if (allowed !== allows(world, ask)) {
        assert.fail(
          `SEED=${seed}: ${allowed ? 'allowed' : 'denied'} ${JSON.stringify(ask)} in ${JSON.stringify(world)}`,
        )
      }
    }
  }
  // a comparison in which hardly anything is allowed would compare nothing
  assert.ok(Math.min(counts.allowed, counts.denied) > DECISIONS / 10, JSON.stringify(counts))
})

test('what a bucket denies to another account is denied alike, whatever its own policies and the tags are', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const chance = createChance(seed)
  let denied = 0
  for (let decided = 0; decided < DECISIONS; decided += QUESTIONS_PER_WORLD) {
    const { objectTags: _, bucketPolicy, session, attached = {}, ...settings } = createWorld(chance)
    const world = { ...settings, attached, ...(session && { session }) }
    const ofBucket = JSON.stringify(bucketPolicy ?? []).includes('Tag/') ? undefined : bucketPolicy
    const judges = [{ team: 'blue' }, { team: 'red' }, {}].map((objectTags) => {
      return new Judge({ ...world, objectTags, ...(ofBucket && { bucketPolicy: ofBucket }) })
    })
    const bare = new Judge({ ...settings, ...(ofBucket && { bucketPolicy: ofBucket }) })
    for (let round = 0; round < QUESTIONS_PER_WORLD; round += 1) {
      const ask = { ...createAsk(chance), as: chance.one<Persona>(['carol', 'visitor']), exists: true }
      if (bare.decide(ask).allowed) continue
      denied += 1
      const decisions = judges.map((judge) => judge.decide(ask))
      const text = `SEED=${seed}: ${JSON.stringify(ask)} in ${JSON.stringify(world)}`
      for (const decision of decisions) assert.deepEqual(decision, decisions[0], text)
    }
  }
  assert.ok(denied > DECISIONS / 10, String(denied))
})

interface Chance {
  one<T>(list: readonly T[]): T
  some<T>(list: readonly T[], max: number): T[]
  oneIn(count: number): boolean
}

function createChance(seed: number): Chance {
  const random = createRandom(seed)
  const one = <T>(list: readonly T[]): T => list[random.below(list.length)] as T
  return {
    one,
    some: (list, max) => Array.from({ length: 1 + random.below(max) }, () => one(list)),
    oneIn: (count) => random.below(count) === 0,
  }
}

function createWorld(chance: Chance): World {
  const policies = () => Array.from({ length: chance.one([0, 1, 2]) }, () => createStatements(chance, false))
  return {
    bucketAcl: chance.one(ACLS),
    objectAcl: chance.one(['default', ...ACLS]),
    objectTags: chance.one([{}, { team: 'blue' }, { team: 'red' }]),
    bucketTags: chance.one([{}, { stage: 'test' }]),
    attached: { alice: policies(), bob: policies(), carol: policies(), reader: policies(), visitor: policies() },
    ...(chance.oneIn(3) ? {} : { bucketPolicy: createStatements(chance, true) }),
    ...(chance.oneIn(2) ? {} : { session: createStatements(chance, false) }),
    blocked: chance.oneIn(4),
    requesterPays: chance.oneIn(8),
  }
}

function createStatements(chance: Chance, hasPrincipals: boolean): Written[] {
  return chance.some([1, 2, 3], 3).map(() => ({
    Effect: chance.oneIn(4) ? 'Deny' : 'Allow',
    [chance.oneIn(6) ? 'NotAction' : 'Action']: chance.some(ACTION_PATTERNS, 2),
    [chance.oneIn(6) ? 'NotResource' : 'Resource']: chance.some(RESOURCE_PATTERNS, 2),
    ...(hasPrincipals && { [chance.oneIn(6) ? 'NotPrincipal' : 'Principal']: chance.some(PRINCIPALS, 2) }),
    ...(chance.oneIn(2) && { Condition: chance.one(CONDITIONS) }),
  }))
}

function createAsk(chance: Chance): Ask {
  const action = chance.one(ACTIONS)
  const isOfBucket = action === 'oss:ListObjects' || action === 'oss:PutBucketPolicy'
  return {
    as: chance.one(PEOPLE),
    action,
    ...(isOfBucket ? {} : { key: chance.one(['a', 'a/b', 'b/a', 'x:other/a']), exists: !chance.oneIn(3) }),
    ip: chance.one(['10.1.2.3', '192.0.2.9', '203.0.113.1']),
    ...(chance.oneIn(3) ? {} : { agent: chance.one(['app', 'App', 'web']) }),
    secure: chance.oneIn(2),
    now: Date.parse('2026-01-05T08:00:00Z') + chance.one([-1, 0, 1]),
    query: chance.one(['', 'prefix=a/b', 'prefix=b']),
    headers: chance.oneIn(2) ? { 'x-oss-request-payer': 'requester' } : {},
  }
}
