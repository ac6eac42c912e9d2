/** Files whose keys are taken, and what happens to them. */
import { inTurns } from '../app/in-turns.js'
import { headObject } from '../wire/objects.js'
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
  const taken = isLookedUp ? await takenOf(bucket, wanted) : new Set<string>()
  if (isLookedUp && taken.size === 0) return { files: wanted, onExists: choice === 'prompt' ? 'fail' : 'overwrite' }
  const answer = choice === 'prompt' ? await decided(wanted.length, [...taken]) : choice
  if (answer === undefined) return { files: [], onExists: 'fail' }
  if (answer !== 'keep-both') return { files: wanted, onExists: answer }
  const files = await inTurns(wanted, (one) => kept(bucket, one, isLookedUp ? taken.has(one.key) : undefined))
  return { files, onExists: 'fail' }
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

/** The keys that are known to be taken. Someone who may not read counts as not knowing. */
async function takenOf(bucket: string, wanted: readonly Wanted[]): Promise<ReadonlySet<string>> {
  const found = await inTurns(wanted, async ({ key }) => ((await isTaken(bucket, key)) ? [key] : []))
  return new Set(found.flat())
}

function isTaken(bucket: string, key: string): Promise<boolean> {
  return headObject(bucket, { key }).then(
    () => true,
    () => false,
  )
}

/** The file under its key, or under the first one of the form `name (2).txt` that is free. */
async function kept(bucket: string, wanted: Wanted, isKnown: boolean | undefined): Promise<Wanted> {
  if (!(isKnown ?? (await isTaken(bucket, wanted.key)))) return wanted
  const [, stem = '', extension = ''] = /^(.*?)(\.[^./]*)?$/s.exec(wanted.key) ?? []
  for (let number = 2; number < NUMBERS_MAX; number += 1) {
    const key = `${stem} (${number})${extension}`
    if (!(await isTaken(bucket, key))) return { ...wanted, key }
  }
  return wanted
}
