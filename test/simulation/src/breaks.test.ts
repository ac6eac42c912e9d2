import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { breakSource } from './break-hooks.js'
import { BREAKS } from './breaks.js'

const PROGRAM = fileURLToPath(new URL('broken.js', import.meta.url))
const STEPS = 80
const SEEDS = 300

describe('each deliberate break is found', { concurrency: 2 }, () => {
  for (const { invariant, name, seed } of BREAKS) {
    test(`${invariant}: ${name}`, async () => {
      const { code, output } = await run([PROGRAM, name, String(STEPS), String(seed), String(SEEDS)])
      assert.equal(code, 0, output)
    })
  }
})

test('a break is refused unless its text occurs exactly once', () => {
  const broken = { invariant: 'D1', name: 'n', mode: 'sequence', seed: 1, file: 'f', find: 'x', replace: 'y' } as const
  assert.equal(breakSource('a x b', broken), 'a y b')
  assert.throws(() => breakSource('a b', broken), /is not in f/)
  assert.throws(() => breakSource('x x', broken), /is not in f/)
})

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: output || `no plan of ${SEEDS} found it` }))
  })
}
