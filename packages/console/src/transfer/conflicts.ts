/** Files whose keys are taken, and what happens to them. */
import { inTurns } from '../app/in-turns.js'
import { headObject } from '../wire/objects.js'
import { ServerError } from '../wire/server-error.js'
import type { Picked } from './picked.js'
import { type Conflict, question } from './state.js'

/** A file with the key that it is to have. */
export interface Wanted extends Picked {
  readonly key: string
}

/** The files that are uploaded, and the reaction to an object that has the key by then. */
export interface Resolved {
  readonly files: readonly Wanted[]
  readonly onExists: 'overwrite' | 'skip' | 'skip-if-same' | 'fail'
}

/** Files whose keys are looked up. About more the person decides without knowing. */
const LOOKED_UP_MAX = 300
const NUMBERS_MAX = 1_000

/** Applies a reaction to files whose keys are taken; with `prompt` the person chooses it. */
export async function resolveConflicts(bucket: string, wanted: readonly Wanted[], choice: Conflict): Promise<Resolved> {
  if (choice !== 'prompt' && choice !== 'keep-both') return { files: wanted, onExists: choice }
  const isLookedUp = wanted.length <= LOOKED_UP_MAX
  const states = isLookedUp ? await inTurns(wanted, ({ key }) => stateOf(bucket, key)) : []
  const taken = wanted.filter((_, index) => states[index] === 'taken').map(({ key }) => key)
  // a question would be about what this person may not know
  if (states.includes('unknown')) return { files: wanted, onExists: 'overwrite' }
  if (isLookedUp && taken.length === 0) return { files: wanted, onExists: 'fail' }
  const answer = choice === 'prompt' ? await decided(wanted.length, taken) : choice
  if (answer === undefined) return { files: [], onExists: 'fail' }
  if (answer !== 'keep-both') return { files: wanted, onExists: answer }
  return { files: await inTurns(wanted, (one, index) => kept(bucket, one, states[index])), onExists: 'fail' }
}

function decided(files: number, taken: readonly string[]): Promise<Exclude<Conflict, 'prompt'> | undefined> {
  return new Promise((resolve) => {
    question.set({
      files,
      taken,
      answer: (choice) => {
        question.set(undefined)
        resolve(choice)
      },
    })
  })
}

type State = 'taken' | 'free' | 'unknown'

/** Someone who may only upload does not learn whether a key is taken. */
function stateOf(bucket: string, key: string): Promise<State> {
  return headObject(bucket, { key }).then(
    () => 'taken',
    (error: unknown) => (error instanceof ServerError && error.status === 404 ? 'free' : 'unknown'),
  )
}

/** The file under its key, or under the first one of the form `name (2).txt` that is free. */
async function kept(bucket: string, wanted: Wanted, known: State | undefined): Promise<Wanted> {
  if ((known ?? (await stateOf(bucket, wanted.key))) !== 'taken') return wanted
  const [, stem = '', extension = ''] = /^(.*?)(\.[^./]*)?$/s.exec(wanted.key) ?? []
  for (let number = 2; number < NUMBERS_MAX; number += 1) {
    const key = `${stem} (${number})${extension}`
    if ((await stateOf(bucket, key)) === 'free') return { ...wanted, key }
  }
  return wanted
}
