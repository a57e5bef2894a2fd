// How people are told, after defaults have been worked out.

/** Where a secret is, never the secret itself. */
export type SecretName =
  /** A variable of the runner's environment. */
  | { readonly kind: 'environment'; readonly name: string }
  /** A parameter of the images' account and home region, read with the images' role. */
  | { readonly kind: 'parameter'; readonly name: string }

export type Notification = NotificationWay & {
  /** `action`: only what someone must act on or know. */
  readonly tell: 'action' | 'everything'
}

export type NotificationWay =
  | { readonly kind: 'slack'; readonly webhook: SecretName }
  | { readonly kind: 'webhook'; readonly url: string | SecretName; readonly secret: SecretName }
  | {
      readonly kind: 'smtp'
      readonly host: string
      readonly port: number
      readonly security: 'tls' | 'starttls' | 'none'
      readonly login: { readonly user: string; readonly password: SecretName } | undefined
      readonly from: string
      readonly to: readonly string[]
    }
  | { readonly kind: 'ses'; readonly region: string; readonly from: string; readonly to: readonly string[] }
  | { readonly kind: 'sns'; readonly topic: string; readonly region: string }
  | {
      readonly kind: 'github'
      /** `acme/images`. */
      readonly repository: string
      readonly token: SecretName
      /** Without a slash at its end: `https://api.github.com`, `https://github.example.com/api/v3`. */
      readonly api: string
      readonly label: string
    }
