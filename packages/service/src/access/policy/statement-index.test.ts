import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, type Random } from '@bindery/storage'
import { Glob } from './glob.js'
import { StatementIndex } from './statement-index.js'

const SEED = Number(process.env.SEED ?? Date.now() % 1e6)

const textOf = (random: Random, letters: string): string =>
  Array.from({ length: random.below(9) }, () => letters[random.below(letters.length)]).join('')

test(`the first statement of an index is that of a search through all of them (SEED=${SEED})`, () => {
  const random = createRandom(SEED)
  let found = 0
  for (let round = 0; round < 2_000; round += 1) {
    const statements = Array.from({ length: random.below(12) }, () => {
      const isAny = random.below(10) === 0
      const patterns = Array.from({ length: 1 + random.below(3) }, () => textOf(random, 'ab/é*?'))
      const globs = patterns.map((pattern) => new Glob(pattern))
      return { resources: { paths: isAny ? undefined : patterns }, meets: random.below(4) > 0, isAny, globs }
    })
    const index = new StatementIndex(statements)
    for (let one = 0; one < 5; one += 1) {
      const path = textOf(random, 'ab/é')
      const applies = ({ meets, isAny, globs }: (typeof statements)[number]): boolean =>
        meets && (isAny || globs.some((glob) => glob.matches(path)))
      const first = index.first(path, applies)
      assert.equal(first, statements.find(applies), `SEED=${SEED}: ${path} in ${JSON.stringify(statements)}`)
      if (first !== undefined) found += 1
    }
  }
  assert.ok(found > 1_000, `only ${found} were found with SEED=${SEED}`)
})
