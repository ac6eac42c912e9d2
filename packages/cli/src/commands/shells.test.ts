import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startShared } from '../testing/shared.js'
import { COMMAND } from '../testing/support.js'

const { server, client, folder, env, succeed } = await startShared()

/** The options of a test that needs a shell. */
function needs(shell: string): { readonly skip: boolean | string } {
  try {
    execFileSync(shell, ['-c', 'true'])
    return { skip: false }
  } catch {
    return { skip: `${shell} is not installed` }
  }
}

/** Runs a script of a shell that finds `bindery` on its path and the server in its variables. */
async function runIn(shell: string, args: readonly string[], script: string): Promise<readonly string[]> {
  const bin = path.join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(path.join(bin, 'bindery'), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`)
  await chmod(path.join(bin, 'bindery'), 0o755)
  const { endpoint, accessKeyId, accessKeySecret } = server
  const variables = {
    ...process.env,
    ...env,
    HOME: folder,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    OSS_ENDPOINT: endpoint,
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
  }
  const { stdout } = await promisify(execFile)(shell, [...args, script], { env: variables })
  return stdout.split('\n').filter((line) => line !== '')
}

test('fish completes commands, flags, and names of buckets and objects', needs('fish'), async () => {
  await client.put('photos/cat.jpg', 'x')
  const script = await succeed(['completion', 'fish'])
  const of = (line: string) => runIn('fish', ['--no-config', '-c'], `${script}\ncomplete -C '${line}'`)
  assert.deepEqual(await of('bindery compl'), ['completion'])
  assert.deepEqual(await of('bindery cp --cache'), ['--cache-control'])
  assert.deepEqual(await of('bindery ls oss://de'), ['oss://demo/'])
  assert.deepEqual(await of('bindery rm oss://demo/photos/c'), ['oss://demo/photos/cat.jpg'])
})

test('zsh completes commands, flags, and names of buckets and objects', needs('zsh'), async () => {
  await client.put('photos/cat.jpg', 'x')
  const script = await succeed(['completion', 'zsh'])
  // the functions of the completion system print here what they would offer
  const of = (...words: readonly string[]) =>
    runIn(
      'zsh',
      ['-f', '-c'],
      `compdef() {}; _files() { print files }; compadd() { shift 4; print -l -- "$@" }
${script}
words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _bindery`,
    )
  assert.deepEqual(await of('bindery', 'compl'), ['completion'])
  assert.deepEqual(await of('bindery', 'cp', '--cache'), ['--cache-control'])
  assert.deepEqual(await of('bindery', 'ls', 'oss://de'), ['oss://demo/'])
  assert.deepEqual(await of('bindery', 'rm', 'oss://demo/photos/c'), ['oss://demo/photos/cat.jpg'])
  assert.deepEqual(await of('bindery', 'cp', './x'), ['files'])
})
