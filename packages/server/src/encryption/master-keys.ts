import { type MasterKey, parseMasterKeys } from '@bindery/encryption'

/** The master keys in a text that a deployment has returned. */
export function masterKeysIn(text: string): readonly [MasterKey, ...MasterKey[]] {
  const keys = parseMasterKeys(text)
  if (keys === undefined) throw new TypeError('the master keys were checked when they were read')
  return keys
}
