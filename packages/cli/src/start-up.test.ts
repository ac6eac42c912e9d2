import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const IMPORT = /^(?:import|export) (?:[^'"]*? from )?['"]([^'"]+)['"]/gm

/** The modules of other packages that a module loads before it runs, those of its own package followed. */
async function loadedBy(url: URL, seen = new Set<string>(), others = new Set<string>()): Promise<Set<string>> {
  if (seen.has(url.href)) return others
  seen.add(url.href)
  for (const [, specifier = ''] of (await readFile(url, 'utf8')).matchAll(IMPORT)) {
    if (specifier.startsWith('.')) await loadedBy(new URL(specifier, url), seen, others)
    else if (!specifier.startsWith('node:')) others.add(specifier)
  }
  return others
}

test('help and the version load neither a server nor the client library', async () => {
  for (const module of ['./index.js', './commands/help.js', './commands/version.js'])
    assert.deepEqual([...(await loadedBy(new URL(module, import.meta.url)))], ['@bindery/server/local'], module)
  assert.deepEqual([...(await loadedBy(new URL(import.meta.resolve('@bindery/server/local'))))], [])
})

test('a command on objects loads no server', async () => {
  for (const name of ['ls', 'cp', 'sync', 'rm', 'completion']) {
    const loaded = await loadedBy(new URL(`./commands/${name}.js`, import.meta.url))
    assert.ok(!loaded.has('@bindery/server'), name)
  }
})

test('a server of a folder loads no engine of a cluster', async () => {
  const loaded = await loadedBy(new URL(import.meta.resolve('@bindery/server')))
  assert.ok(loaded.has('@bindery/storage-local'))
  for (const engine of ['@bindery/storage-postgres', '@bindery/storage-s3']) assert.ok(!loaded.has(engine), engine)
})
