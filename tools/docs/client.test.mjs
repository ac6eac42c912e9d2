import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { render } from './client.mjs'

const PACKAGE = fileURLToPath(new URL('../../packages/client', import.meta.url))

/** The values that an entry point exports; of one that needs a library of its users, which is not installed here, by its declarations. */
async function valuesOf(target) {
  try {
    return Object.keys(await import(pathToFileURL(path.join(PACKAGE, target.default))))
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    const declarations = readFileSync(path.join(PACKAGE, target.types), 'utf8')
    const names = [...declarations.matchAll(/^export declare (?:function|const|class) (\w+)/gm)].map(([, name]) => name)
    assert.ok(names.length > 0, target.types)
    return names
  }
}

test('the page has every value that an entry point exports, with a comment and a whole declaration', async () => {
  const page = render()
  const entries = page.split(/^### /m).slice(1)
  const { exports } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'))
  for (const [name, target] of Object.entries(exports)) {
    if (name === '.') continue
    for (const exported of await valuesOf(target)) {
      const found = entries.filter((entry) => entry.startsWith(`${exported}\n`))
      assert.ok(found.length > 0, `${exported} of ${name}`)
      for (const entry of found) assert.match(entry, /^\w+\n\nIn .+\.\n\n[^`\n]/, `${exported} has no comment`)
    }
  }
  for (const entry of entries) {
    const [, code] = /```ts\n(.*)\n```/s.exec(entry) ?? []
    assert.ok(code !== undefined, entry)
    const bare = code.replace(/\/\*\*.*?\*\//gs, '')
    for (const [open, close] of ['{}', '()', '[]']) {
      assert.equal(bare.split(open).length, bare.split(close).length, `${open} and ${close} of ${code}`)
    }
    assert.match(code, /^(?:abstract )?(?:interface|class) /.test(code) ? /\}$/ : /;$/, code)
  }
})
