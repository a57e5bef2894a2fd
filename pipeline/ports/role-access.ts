// How the runner comes to act in an account: which way its role is taken, and what proves who the runner is.

/** What there is to say of a role beside its ARN. */
export interface RoleAccess {
  /** `assume`: from the runner's own credentials. `oidc`: with an identity token of the runner's, from no other credentials at all. */
  readonly by: 'assume' | 'oidc'
  /** What the role's trust policy asks of whoever assumes it. */
  readonly externalId?: string
}

/** A token for AWS, signed by whatever runs the runner, and made anew each time. Secret: never logged. */
export type FetchIdentityToken = () => Promise<
  | { readonly ok: true; readonly token: string }
  /** `message`: one sentence. `mayPass`: whoever gives tokens did not say no for good. */
  | { readonly ok: false; readonly message: string; readonly mayPass: boolean }
>
