// The base: the Debian 13 root that the local cloud offers as Debian's own image.

export { type Base, type BaseRequest, ensureBase } from './ensure-base.ts'
