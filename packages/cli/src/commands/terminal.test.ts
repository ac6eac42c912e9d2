import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { COMMAND, linesOf } from '../testing/support.js'

const { server, folder, env, bindery, newFile } = await startShared()

/** Why tests on a terminal are left out: `script` of util-linux gives them one. */
function withoutTerminal(): string | false {
  try {
    return execFileSync('script', ['--version']).toString().includes('util-linux') ? false : 'another program is script'
  } catch {
    return 'script is not installed'
  }
}

interface OnTerminal {
  readonly code: number | null
  readonly output: string
}

/** Runs the command on a terminal with this many columns; it gets Ctrl-C each time when it has printed the next of `interrupts`. */
async function onTerminal(columns: number, line: string, interrupts: readonly RegExp[] = []): Promise<OnTerminal> {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const { CI: _, ...inherited } = process.env
  const command = `stty cols ${columns}; exec "${process.execPath}" "${COMMAND}" ${line}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: {
      ...inherited,
      ...env,
      BINDERY_LANG: 'en',
      OSS_ENDPOINT: endpoint,
      OSS_ACCESS_KEY_ID: accessKeyId,
      OSS_ACCESS_KEY_SECRET: accessKeySecret,
    },
  })
  let output = ''
  const waiting = [...interrupts]
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    if (waiting[0]?.test(output) !== true) return
    waiting.shift()
    child.stdin.write('\x03')
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

const ESCAPE = '\u001b'
/** Erases the lines of progress, from the first of them on. */
const ERASING = new RegExp(`(?:${ESCAPE}\\[\\d+A)?\r${ESCAPE}\\[J`)

/** The screens of a terminal one after the other: each is erased before the next. */
function screensOf(output: string): readonly string[] {
  return output.split(ERASING).map((screen) => screen.replaceAll('\r', ''))
}

const PART_MAP = /^ {2}parts \d+\/24 {2}[█▓▒░▌]+ {2}\d+ in flight/m

test('a bar with names, speed, rest and the map of parts follows a transfer on a terminal, and leaves only the summary', {
  skip: withoutTerminal(),
}, async () => {
  await newFile('big', Buffer.alloc(24 * 1024 * 1024, 'x'))
  const { code, output } = await onTerminal(110, 'cp big oss://demo/bar --part-size 1MiB --bandwidth-limit 12MiB')
  assert.equal(code, 0, output)
  const screens = screensOf(output)
  const bar = /^↑ big → oss:\/\/demo\/bar +\d+% +[\d.]+ MiB of 24\.0 MiB/m
  assert.ok(
    screens.some((screen) => PART_MAP.test(screen) && bar.test(screen)),
    output,
  )
  assert.match(screens.at(-1) ?? '', /^1 file, 24\.0 MiB in [\d.]+ s \([\d.]+ MiB\/s\)\n$/)
  assert.ok(screens.length > 2)
})

test('no line is wider than the terminal, whatever its width', { skip: withoutTerminal() }, async () => {
  await newFile('文件 with a long name.iso', Buffer.alloc(24 * 1024 * 1024, 'y'))
  for (const columns of [20, 41]) {
    const line = `cp '文件 with a long name.iso' oss://demo/width --part-size 1MiB --bandwidth-limit 24MiB`
    const { code, output } = await onTerminal(columns, line)
    assert.equal(code, 0, output)
    // the summary is text like any other
    const widths = screensOf(output)
      .slice(0, -1)
      .flatMap((screen) => screen.split('\n').map((text) => [...text].length))
    assert.ok(Math.max(...widths) < columns, output)
  }
})

test('the first Ctrl-C waits for running parts and prints how to continue, and that line continues', {
  skip: withoutTerminal(),
}, async () => {
  await newFile('stopped', Buffer.alloc(24 * 1024 * 1024, 'z'))
  const started = await onTerminal(110, 'cp stopped oss://demo/stopped --part-size 1MiB --bandwidth-limit 4MiB', [
    /parts (?:[2-9]|1\d)\/24/,
  ])
  assert.equal(started.code, 5, started.output)
  const [, line = ''] = /^Stopped\. To continue: \S*bindery (.+)$/m.exec(screensOf(started.output).at(-1) ?? '') ?? []
  assert.equal(line, 'cp stopped oss://demo/stopped --part-size 1MiB --bandwidth-limit 4MiB')
  const words = line
    .replace('cp stopped', `cp ${path.join(folder, 'stopped')}`)
    .replace('4MiB', '400MiB')
    .split(' ')
  const { code, stdout } = await bindery([...words, '--json'])
  const summary = linesOf(stdout).at(-1)
  assert.equal(code, 0)
  assert.ok(Number(summary?.reusedBytes) >= 2 * 1024 * 1024, stdout)
})

test('a second Ctrl-C ends the command without waiting for parts', { skip: withoutTerminal() }, async () => {
  await newFile('cut', Buffer.alloc(24 * 1024 * 1024, 'c'))
  // a part of this size takes minutes at this speed
  const limits = '--part-size 12MiB --bandwidth-limit 64KiB'
  const { code, output } = await onTerminal(110, `cp cut oss://demo/cut ${limits}`, [
    /0\/2/,
    /Stopping after the running parts/,
  ])
  assert.equal(code, 5, output)
  assert.match(output, /Stopped\. To continue: \S*bindery cp cut/)
})

test('without a terminal a long transfer reports its progress in lines, and with --no-progress only its end', async () => {
  const file = await newFile('slow', Buffer.alloc(1024 * 1024, 's'))
  const command = ['cp', file, 'oss://demo/slow', '--bandwidth-limit', '85KiB']
  const [shown, hidden] = await Promise.all([
    bindery(command),
    bindery([...command, '--no-progress', '--resume', 'never']),
  ])
  assert.deepEqual([shown.code, shown.stdout], [0, ''])
  assert.match(shown.stderr, /^(?: *\d+% .*KiB of 1\.0 MiB.*\n)+1 file, 1\.0 MiB in \d\d\.\d s/)
  assert.match(hidden.stderr, /^1 file, 1\.0 MiB in/)
})
