import type { Config } from './config.js'
import type { TlsFiles } from './http/certificate.js'
import { isOnlyLocal } from './networks.js'

type TlsConfig = Pick<Config, 'tlsCertificate' | 'tlsKey'>

/** The files of a configuration with TLS; undefined without. */
export function tlsFilesOf({ tlsCertificate: certificate, tlsKey: key }: TlsConfig): TlsFiles | undefined {
  return certificate === undefined || key === undefined ? undefined : { certificate, key }
}

/** Whether other machines may connect without encryption, and no proxy is trusted that may provide it. */
export function isOpenInPlainText(config: TlsConfig & Pick<Config, 'host' | 'trustedProxies'>): boolean {
  const { host, trustedProxies } = config
  return tlsFilesOf(config) === undefined && trustedProxies.length === 0 && !isOnlyLocal(host)
}
