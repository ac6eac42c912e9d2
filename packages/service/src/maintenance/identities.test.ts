import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAccessKey } from '../domain/ram/access-keys.js'
import { createAccount } from '../domain/ram/accounts.js'
import { attachPolicy, createIdentity } from '../domain/ram/identities.js'
import { createPolicy } from '../domain/ram/policies.js'
import { setMembership } from '../domain/ram/users.js'
import {
  accessKeyRows,
  accountRows,
  attachmentRows,
  identityRows,
  keyUseRows,
  memberRows,
  policyRows,
  ramRows,
} from '../domain/stored/keyspace.js'
import type { FindingKind } from './findings.js'
import { filled, remove, run, type Store } from './testing.js'

const account = '1000000000000001'
const alice = { account, kind: 'user', name: 'alice' } as const
const KEY = 'BKAAAABBBBCCCCDDDDEEEEFF'
const OWN_KEY = 'BKGGGGHHHHIIIIJJJJKKKKLL'

/** A store with a user that has a key, a group and a policy. */
async function inhabited(): Promise<Store> {
  const store = await filled()
  const { domain } = store
  const user = { kind: 'user', displayName: 'Alice', comments: '', groups: [], accessKeys: [] } as const
  await createIdentity(domain, alice, user)
  await createIdentity(domain, { account, kind: 'group', name: 'staff' }, { kind: 'group', comments: '' })
  await setMembership(domain, { account, user: 'alice' }, 'staff', true)
  await createPolicy(domain, { account, policy: 'reads' }, { document: '{}', comments: '' })
  await attachPolicy(domain, alice, 'reads')
  await createAccessKey(domain, { account, user: 'alice' }, { accessKeyId: KEY, secret: 'AQ==' })
  await createAccount(domain, { displayName: 'Team', comments: '' }, { accessKeyId: OWN_KEY, secret: 'AQ==' })
  return store
}

const identity = { account, identityKind: 'user', identity: 'alice' } as const
const BREAKS: readonly [what: string, row: Uint8Array, finds: readonly FindingKind[]][] = [
  ['the key of a user', accessKeyRows.key({ accessKeyId: KEY }), ['identityBroken']],
  ['the policy of a user', policyRows.key({ account, policy: 'reads' }), ['identityBroken', 'identityCountersWrong']],
  ['the row of an attachment', attachmentRows.key({ ...identity, policy: 'reads' }), ['identityBroken']],
  ['the row of a membership', memberRows.key({ account, group: 'staff', user: 'alice' }), ['identityBroken']],
  [
    'the group of a user',
    identityRows.key({ account, identityKind: 'group', identity: 'staff' }),
    ['identityBroken', 'identityCountersWrong'],
  ],
  ['a user', identityRows.key(identity), ['identityStray', 'identityStray', 'identityStray', 'identityCountersWrong']],
  ['the key of an account itself', accessKeyRows.key({ accessKeyId: OWN_KEY }), ['identityBroken']],
  ['the counters of an account', ramRows.key({ account }), ['identityCountersWrong']],
]

test('an audit of intact users, groups, policies and keys finds nothing', async () => {
  assert.deepEqual((await run(await inhabited())).all, [])
})

for (const [what, row, finds] of BREAKS) {
  test(`an audit finds that ${what} is missing, and a repair leaves rows that name one another`, async () => {
    const store = await inhabited()
    await remove(store.domain, row)
    assert.deepEqual((await run(store)).kinds, finds)
    // what a repair removes may be what another row names
    for (let pass = 0; pass < 2; pass += 1) await run(store, { repair: true })
    assert.deepEqual((await run(store)).all, [])
  })
}

test('an audit finds the key of an account that is missing, and a repair removes the key', async () => {
  const store = await inhabited()
  const { from } = accountRows.all
  const [row] = await store.domain.metadata.read((reader) => reader.range(from, accountRows.all.to, { limit: 1 }))
  await remove(store.domain, row?.key ?? from)
  assert.deepEqual((await run(store, { repair: true })).kinds, ['identityStray'])
  assert.deepEqual((await run(store)).all, [])
})

test('a damaged row of a user or a policy is found once, and does not harm what names it', async () => {
  for (const row of [identityRows.key(identity), policyRows.key({ account, policy: 'reads' })]) {
    const store = await inhabited()
    store.damage(row)
    assert.deepEqual(
      (await run(store)).kinds.filter((kind) => kind !== 'identityCountersWrong'),
      ['rowDamaged'],
    )
  }
})

test('the use of a key that does not exist is found', async () => {
  const store = await inhabited()
  await store.domain.metadata.transact(async (tx) => keyUseRows.set(tx, { accessKeyId: 'gone' }, { usedAt: 1 }))
  assert.deepEqual((await run(store, { repair: true })).kinds, ['identityStray'])
  assert.deepEqual((await run(store)).all, [])
})
