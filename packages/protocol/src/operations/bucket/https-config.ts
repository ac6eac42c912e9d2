import { oneOf, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { defaultedElement, element, group, maybe, texts, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

const bool = truth('malformedXml')

/** Kept for its clients: which TLS versions a connection may use is decided where it is accepted. */
export const bucketHttpsConfig = bucketSetting({
  noun: 'BucketHttpsConfig',
  what: 'the TLS versions and cipher suites',
  subresource: 'httpsConfig',
  document: xml('HttpsConfiguration', {
    tls: group('TLS', {
      enable: element('Enable', bool),
      versions: texts('TLSVersion', oneOf(['TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], 'malformedXml')),
    }),
    cipherSuite: maybe(
      'CipherSuite',
      group('CipherSuite', {
        enable: element('Enable', bool),
        strongCipherSuite: defaultedElement('StrongCipherSuite', bool, false),
        customCipherSuites: texts('CustomCipherSuite', text),
        tls13CustomCipherSuites: texts('TLS13CustomCipherSuite', text),
      }),
    ),
  }),
  unset: { value: { tls: { enable: false, versions: [] } } },
  check(config) {
    if (config.tls.enable && config.tls.versions.length === 0) throw new OssError('malformedXml')
    return { ...config, tls: { ...config.tls, versions: [...new Set(config.tls.versions)] } }
  },
})
