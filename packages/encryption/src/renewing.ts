import { type MasterKey, masterKeyIdIn } from './master-key.js'
import { createSealer } from './sealing.js'
import { masterKeyIdOf, SALT_BYTES, unwrapKey, wrapKey } from './wrapping.js'

/** Puts under the newest master key what an older one protects. */
export interface KeyRenewal {
  /**
   * A wrapped key under the newest master key; undefined if it is so already, or no master key wraps it. Throws RangeError
   * if its master key is known and does not open it.
   */
  rewrap(wrapped: Uint8Array, context: string): Uint8Array | undefined
  /** The same for sealed bytes. */
  reseal(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/** `masters`: the newest first. `random` returns that many random bytes. */
export function createKeyRenewal(
  masters: readonly [MasterKey, ...MasterKey[]],
  random: (bytes: number) => Uint8Array,
): KeyRenewal {
  const [newest, ...older] = masters
  const sealer = createSealer(masters, random)
  const olderBy = (id: string | undefined) => older.find((one) => one.id === id && id !== newest.id)
  return {
    rewrap(wrapped, context) {
      const master = olderBy(masterKeyIdOf(wrapped))
      if (master === undefined) return undefined
      const key = unwrapKey(master, wrapped, context)
      if (key === undefined) throw new RangeError('a wrapped key does not open under its master key')
      return wrapKey(newest, key, context, random(SALT_BYTES))
    },
    reseal(sealed, context) {
      if (olderBy(masterKeyIdIn(sealed)) === undefined) return undefined
      const opened = sealer.open(sealed, context)
      if (opened === undefined) throw new RangeError('a sealed secret does not open under its master key')
      return sealer.seal(opened, context)
    },
  }
}
