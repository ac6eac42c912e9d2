import { type Codec, countersCodec, isText, jsonCodec } from '../codec.js'
import type {
  AccessKeyRecord,
  AccountRecord,
  IdentityKind,
  IdentityRecord,
  KeyUseRecord,
  NonceRecord,
  PolicyRecord,
} from '../ram-model.js'

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

/** The codec of users, groups and roles; a sound one is of the kind that its key names. */
export const identityCodec: Codec<IdentityRecord, { readonly identityKind: IdentityKind }> = jsonCodec({
  version: 1,
  isSound: (record, { identityKind }) => {
    const { kind, id, createdAt, policies, inline } = record
    if (kind !== identityKind || !isText(id) || !Number.isFinite(createdAt) || !areTexts(policies)) return false
    if (typeof inline !== 'object' || inline === null || !areTexts(Object.values(inline))) return false
    if (record.kind === 'user') return areTexts(record.groups) && areTexts(record.accessKeys)
    return record.kind === 'group' || (isText(record.trust) && Number.isInteger(record.sessionSecondsMax))
  },
})

/** The codec of managed policies. */
export const policyCodec = jsonCodec<PolicyRecord>({
  version: 1,
  isSound: ({ document, createdAt }) => isText(document) && Number.isFinite(createdAt),
})

/** The codec of access keys. */
export const accessKeyCodec = jsonCodec<AccessKeyRecord>({
  version: 1,
  isSound: ({ account, user, secret, enabled }) =>
    isText(account) && (user === undefined || isText(user)) && isText(secret) && typeof enabled === 'boolean',
})

/** The codec of accounts. */
export const accountCodec = jsonCodec<AccountRecord>({
  version: 1,
  isSound: ({ displayName, createdAt, accessKeys }) =>
    isText(displayName) && Number.isFinite(createdAt) && areTexts(accessKeys),
})

/** The codec of used nonces. */
export const nonceCodec = jsonCodec<NonceRecord>({ version: 1, isSound: ({ accessKeyId }) => isText(accessKeyId) })

/** The codec of the last uses of access keys. */
export const keyUseCodec = jsonCodec<KeyUseRecord>({
  version: 1,
  isSound: ({ usedAt }) => Number.isFinite(usedAt),
})

/** How often the account's users, groups, roles, policies or keys were changed, and how many of each there are. */
export const ramCounters = countersCodec(['edition', 'user', 'group', 'role', 'policy'])
