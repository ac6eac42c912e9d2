/** The envelope by which a client decrypts what it encrypted, which is user metadata of its objects and uploads. */

/** The values of an envelope; sizes are in decimal. */
export interface ClientEnvelope {
  readonly key?: string | undefined
  readonly start?: string | undefined
  readonly cekAlg?: string | undefined
  readonly wrapAlg?: string | undefined
  readonly dataSize?: string | undefined
  readonly partSize?: string | undefined
}

/** The members of an envelope. */
export const ENVELOPE = [
  'key',
  'start',
  'cekAlg',
  'wrapAlg',
  'dataSize',
  'partSize',
] as const satisfies readonly (keyof ClientEnvelope)[]

const PREFIX = 'client-side-encryption-'

/** The name of user metadata that holds a member: `client-side-encryption-cek-alg`. */
export function envelopeName(member: keyof ClientEnvelope): string {
  return PREFIX + member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

const NAMES = ENVELOPE.map((member) => [member, envelopeName(member)] as const)
const KEY_NAME = envelopeName('key')

/** Whether user metadata of this name belongs to an envelope. */
export const isEnvelopeName = (name: string): boolean => name.startsWith(PREFIX)

/** The envelope among user metadata; undefined without a key: no client encrypts what the metadata is of. */
export function readEnvelope(userMetadata: Readonly<Record<string, string>>): ClientEnvelope | undefined {
  if (userMetadata[KEY_NAME] === undefined) return undefined
  const values = NAMES.flatMap(([member, name]) => {
    const value = userMetadata[name]
    return value === undefined ? [] : [[member, value] as const]
  })
  return Object.fromEntries(values)
}
