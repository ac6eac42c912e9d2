import { doubleQuoted, type Snippet } from './snippet.js'

/** Bindery's own client library. A clone has it; `library` is its module as a URL. */
export function ownClient(library: string): Snippet {
  return {
    title: '@bindery/client, Node.js',
    needs: 'node',
    needsBucket: true,
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > hello.mjs <<'END'
import { createClient } from '${library}'

const credentials = { accessKeyId: '${accessKeyId}', accessKeySecret: ${secret} }
const client = createClient({ endpoint: '${endpoint}', region: '${region}', bucket: '${bucket}', auth: { credentials } })
await client.put('hello.txt', new TextEncoder().encode('Hello from Bindery'))
console.log(new TextDecoder().decode(await client.get('hello.txt')))
client.close()
END
node hello.mjs
`,
  }
}
