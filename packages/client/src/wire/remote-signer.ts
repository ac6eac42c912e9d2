/** Gathers the requests of a turn, so that a remote signer is called once for many parts. */
import type { RemoteSigner, SignedRequest, SignTarget } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import { callAgain, raceAbort } from './credentials.js'

const BATCH_MAX = 100

interface Waiting {
  readonly target: SignTarget
  readonly resolve: (signed: SignedRequest) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects the requests that need a signature. `sign` rejects with what the signer throws, with OssError InvalidOption
 * where it returns too few answers, and with the signal's reason.
 */
export interface RemoteBatch {
  sign(target: SignTarget, signal: AbortSignal): Promise<SignedRequest>
}

/** Calls `signer` once for all requests of a turn of the event loop, with at most 100 per call. */
export function createRemoteBatch(signer: RemoteSigner): RemoteBatch {
  let waiting: Waiting[] = []
  const flush = () => {
    const all = waiting
    waiting = []
    for (let start = 0; start < all.length; start += BATCH_MAX)
      void signAll(signer, all.slice(start, start + BATCH_MAX))
  }
  return {
    sign(target, signal) {
      const signed = new Promise<SignedRequest>((resolve, reject) => {
        if (waiting.length === 0) setTimeout(flush)
        waiting.push({ target, resolve, reject })
      })
      return raceAbort(signed, signal)
    },
  }
}

async function signAll(signer: RemoteSigner, batch: readonly Waiting[]): Promise<void> {
  try {
    const signal = new AbortController().signal
    const targets = batch.map(({ target }) => target)
    const signed = await callAgain(() => signer(targets, { signal }))
    batch.forEach(({ resolve, reject, target }, index) => {
      const one = signed[index]
      if (one === undefined) reject(incomplete(target, batch.length, signed.length))
      else resolve(one)
    })
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

function incomplete({ op }: SignTarget, asked: number, answered: number): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The signer answered ${answered} of ${asked} requests; ${op} is not among them.`,
    hint: 'Return one signed request for each target, in their order.',
  })
}
